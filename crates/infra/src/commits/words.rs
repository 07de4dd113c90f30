//! Paths inside longer texts: the commands of provisioners, the arguments of external programs. Pure.

use hcl_edit::template::Element;

use super::evaluate::{Base, Locals, Partial, evaluate};

/// The words of a plain text that are paths: those that begin with `./` or `../`.
pub(crate) fn of_text(text: &str) -> Vec<Partial> {
    let mut words = Words::default();
    if text.contains("./") {
        words.text(text);
    }
    words.finish()
}

/// The same of a template, with the words that begin with one of the engine's directories.
pub(crate) fn of_elements<'a>(elements: impl Iterator<Item = &'a Element>, locals: &Locals<'_>) -> Vec<Partial> {
    let mut words = Words::default();
    for element in elements {
        match element {
            Element::Literal(text) => words.text(text.value()),
            Element::Interpolation(inner) => match evaluate(&inner.expr, locals).as_slice() {
                [value] => words.value(value),
                several => {
                    // Each of them is a word of its own; what follows belongs to none for sure.
                    for value in several {
                        let cut = Partial {
                            is_exact: false,
                            ..value.clone()
                        };
                        words.found.extend(Some(cut).filter(|value| value.base.is_some()));
                    }
                    words.value(&Partial::unknown());
                }
            },
            Element::Directive(_) => words.value(&Partial::unknown()),
        }
    }
    words.finish()
}

#[derive(Default)]
struct Words {
    found: Vec<Partial>,
    word: Option<Partial>,
}

impl Words {
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_whitespace() || "\"'`;|&<>(),:=@".contains(letter) {
                self.end();
                continue;
            }
            let word = self.word.get_or_insert_with(|| Partial::exact(""));
            if word.is_exact {
                word.text.push(letter);
            }
        }
    }

    fn value(&mut self, value: &Partial) {
        if value.base.is_some() {
            self.end();
            self.word = Some(value.clone());
            return;
        }
        let word = self.word.get_or_insert_with(|| Partial::exact(""));
        if word.is_exact {
            word.text.push_str(&value.text);
            word.is_exact = value.is_exact;
        }
    }

    fn end(&mut self) {
        let Some(mut word) = self.word.take() else { return };
        let is_relative = word.text.starts_with("./") || word.text.starts_with("../");
        if word.base.is_none() && is_relative {
            word.base = Some(Base::Root);
        }
        // One of the engine's directories alone says nothing that its own text did not say.
        if word.base.is_some() && !(word.is_exact && word.text.is_empty()) {
            self.found.push(word);
        }
    }

    fn finish(mut self) -> Vec<Partial> {
        self.end();
        self.found
    }
}
