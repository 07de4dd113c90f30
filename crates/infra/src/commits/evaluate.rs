//! What an expression says about a path before anything runs. Pure.
//!
//! Only what is sure is said: a part that is known only when the engine runs ends the text there, and whoever asks takes
//! the longest directory before it.

use std::collections::HashMap;

use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::template::Element;

/// Longest chain of locals, and deepest nesting, that is followed.
const DEPTH: u8 = 12;
/// Most values that one expression may have.
const VALUES: usize = 16;

/// What a path is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Base {
    /// The directory of the module that names it.
    Module,
    /// The directory that the engine runs in.
    Root,
}

/// A text, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Partial {
    /// What it begins with, when that is one of the engine's directories.
    pub base: Option<Base>,
    /// What follows.
    pub text: String,
    /// Whether that is all.
    pub is_exact: bool,
}

impl Partial {
    /// Known as a whole.
    pub(crate) fn exact(text: impl Into<String>) -> Self {
        Self {
            base: None,
            text: text.into(),
            is_exact: true,
        }
    }

    /// Not known at all.
    pub(crate) const fn unknown() -> Self {
        Self {
            base: None,
            text: String::new(),
            is_exact: false,
        }
    }

    /// Whether nothing is known.
    pub(crate) fn is_unknown(&self) -> bool {
        !self.is_exact && self.base.is_none() && self.text.is_empty()
    }

    const fn of(base: Base) -> Self {
        Self {
            base: Some(base),
            text: String::new(),
            is_exact: true,
        }
    }

    /// This text and another behind it.
    fn then(mut self, next: &Self) -> Self {
        if !self.is_exact {
            return self;
        }
        if self.base.is_none() && self.text.is_empty() {
            return next.clone();
        }
        self.is_exact = next.is_exact && next.base.is_none();
        if next.base.is_none() {
            self.text.push_str(&next.text);
        }
        self
    }

    /// The directory that it is in.
    fn directory(mut self) -> Self {
        if self.is_exact {
            self.text.push_str("/..");
        } else {
            // What is not known may have no slash in it: then it is the directory above.
            self.text = self.text.rsplit_once('/').map_or("", |(before, _)| before).to_owned();
            self.text.push_str("/..");
        }
        self
    }
}

/// The locals of a module.
pub(crate) type Locals<'a> = HashMap<&'a str, &'a Expression>;

/// The texts that an expression may have; never empty.
pub(crate) fn evaluate(expression: &Expression, locals: &Locals<'_>) -> Vec<Partial> {
    let mut values = at(expression, locals, DEPTH);
    values.sort();
    values.dedup();
    if values.is_empty() || values.len() > VALUES {
        return vec![Partial::unknown()];
    }
    values
}

fn at(expression: &Expression, locals: &Locals<'_>, depth: u8) -> Vec<Partial> {
    let Some(depth) = depth.checked_sub(1) else {
        return vec![Partial::unknown()];
    };
    match expression {
        Expression::String(text) => vec![Partial::exact(text.as_str())],
        Expression::Parenthesis(inner) => at(inner.inner(), locals, depth),
        Expression::Conditional(either) => {
            let mut values = at(&either.true_expr, locals, depth);
            values.extend(at(&either.false_expr, locals, depth));
            values
        }
        Expression::StringTemplate(template) => elements(template.iter(), locals, depth),
        Expression::HeredocTemplate(heredoc) => elements(heredoc.template.iter(), locals, depth),
        Expression::Traversal(traversal) => match name(traversal) {
            Some(("path", "module")) => vec![Partial::of(Base::Module)],
            Some(("path", "root" | "cwd")) => vec![Partial::of(Base::Root)],
            // Its value has no slash, so that what it begins stays in the directory.
            Some(("terraform" | "tofu", "workspace")) => vec![Partial {
                is_exact: false,
                ..Partial::of(Base::Root)
            }],
            Some(("local", local)) => locals
                .get(local)
                .map_or_else(|| vec![Partial::unknown()], |value| at(value, locals, depth)),
            _ => vec![Partial::unknown()],
        },
        Expression::FuncCall(call) => function(call, locals, depth),
        _ => vec![Partial::unknown()],
    }
}

fn elements<'a>(elements: impl Iterator<Item = &'a Element>, locals: &Locals<'_>, depth: u8) -> Vec<Partial> {
    let mut values = vec![Partial::exact("")];
    for element in elements {
        let next = match element {
            Element::Literal(text) => vec![Partial::exact(text.value().as_str())],
            Element::Interpolation(inner) => at(&inner.expr, locals, depth),
            Element::Directive(_) => vec![Partial::unknown()],
        };
        values = pairs(values, &next);
    }
    values
}

fn pairs(values: Vec<Partial>, next: &[Partial]) -> Vec<Partial> {
    if values.len().saturating_mul(next.len()) > VALUES {
        return vec![Partial::unknown()];
    }
    values
        .into_iter()
        .flat_map(|value| next.iter().map(move |next| value.clone().then(next)))
        .collect()
}

fn function(call: &FuncCall, locals: &Locals<'_>, depth: u8) -> Vec<Partial> {
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match (call.name.name.as_str(), arguments.as_slice()) {
        ("abspath" | "pathexpand" | "tostring" | "trimspace" | "nonsensitive", [only]) => at(only, locals, depth),
        ("dirname", [only]) => at(only, locals, depth).into_iter().map(Partial::directory).collect(),
        ("coalesce" | "try", several) => several.iter().flat_map(|one| at(one, locals, depth)).collect(),
        ("join", [separator, Expression::Array(items)]) => {
            let separator = at(separator, locals, depth);
            let mut values = vec![Partial::exact("")];
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    values = pairs(values, &separator);
                }
                values = pairs(values, &at(item, locals, depth));
            }
            values
        }
        ("format", [Expression::String(pattern), rest @ ..]) => format(pattern.as_str(), rest, locals, depth),
        _ => vec![Partial::unknown()],
    }
}

/// `format` with nothing but `%s` in its pattern.
fn format(pattern: &str, arguments: &[&Expression], locals: &Locals<'_>, depth: u8) -> Vec<Partial> {
    let mut values = vec![Partial::exact("")];
    let mut arguments = arguments.iter();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        values = pairs(values, &[Partial::exact(before)]);
        let argument = after
            .strip_prefix('s')
            .and_then(|after| arguments.next().map(|argument| (after, argument)));
        let Some((after, argument)) = argument else {
            return pairs(values, &[Partial::unknown()]);
        };
        values = pairs(values, &at(argument, locals, depth));
        rest = after;
    }
    pairs(values, &[Partial::exact(rest)])
}

/// The two names of `path.module` and the like, when there is nothing behind them.
pub(crate) fn name(traversal: &Traversal) -> Option<(&str, &str)> {
    let Expression::Variable(first) = &traversal.expr else {
        return None;
    };
    let mut operators = traversal.operators.iter();
    let second = match operators.next().map(|operator| operator.value()) {
        Some(TraversalOperator::GetAttr(name)) => name.as_str(),
        _ => return None,
    };
    operators.next().is_none().then_some((first.as_str(), second))
}
