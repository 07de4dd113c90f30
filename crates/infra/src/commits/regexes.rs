//! Regular expressions that people write, bounded: linear in the text by their engine, small by our limits. Pure.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// Longest expression, in bytes.
const LONGEST: usize = 500;
/// Largest compiled expression, in bytes.
const LARGEST_BYTES: usize = 1 << 20;

/// A compiled expression.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    whole: Regex,
    part: Regex,
}

/// Why a text is no regular expression that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegexError(String);

impl fmt::Display for RegexError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Whole {
    /// Compiles an expression.
    pub(crate) fn new(text: &str) -> Result<Self, RegexError> {
        if text.len() > LONGEST {
            return Err(RegexError(format!(
                "A regular expression has at most {LONGEST} characters."
            )));
        }
        let compile = |text: &str| {
            let built = RegexBuilder::new(text).size_limit(LARGEST_BYTES).nest_limit(20).build();
            built.map_err(|error| RegexError(sentence(&error)))
        };
        Ok(Self {
            part: compile(text)?,
            whole: compile(&format!("^(?:{text})$"))?,
        })
    }

    /// Whether it matches the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// Whether it matches somewhere in the text.
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.part.is_match(text)
    }
}

fn sentence(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "The regular expression needs too much memory; make it smaller.".to_owned(),
        other => {
            let text = other.to_string();
            let last = text
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            format!("This is no regular expression: {last}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_texts_are_matched_and_parts_found() {
        let regex = Whole::new("main|release/.*").unwrap();
        assert!(regex.matches("main") && regex.matches("release/1.2"));
        assert!(!regex.matches("main2") && regex.finds("my-main2"));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        assert!(Whole::new(&"a".repeat(501)).is_err());
        assert!(Whole::new("(a{1000}){1000}").is_err());
        assert!(
            Whole::new("(")
                .unwrap_err()
                .to_string()
                .contains("no regular expression")
        );
        assert!(Whole::new(&"(".repeat(100)).is_err());
    }
}
