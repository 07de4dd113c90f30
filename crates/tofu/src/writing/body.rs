//! Blocks of native syntax.

use std::fmt::Write;

use hcl_edit::Ident;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::parser::parse_expr;
use serde_json::Value;

use super::values::{aligned, expression, indent};
use crate::types::Type;
use crate::variables::quoted;

/// Blocks and values nested deeper are refused.
const MAX_DEPTH: usize = 60;

/// What stands behind the name of an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A value, whatever is in it.
    Value(Value),
    /// A reference such as `module.network.id`, or `aws.replica`.
    Reference(String),
    /// References by name, as `providers` of a module call has them.
    References(Vec<(String, String)>),
    /// A type constraint.
    Type(Type),
    /// One of these with a comment above it: why it is what it is.
    Explained(Box<Self>, String),
}

impl Argument {
    /// The argument, with a comment above it.
    #[must_use]
    pub fn explained(self, comment: impl Into<String>) -> Self {
        Self::Explained(Box::new(self), comment.into())
    }
}

/// What stands between the braces of a block, in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// Arguments by name.
    pub arguments: Vec<(String, Argument)>,
    /// Nested blocks: kind, labels, body.
    pub blocks: Vec<(String, Vec<String>, Body)>,
}

/// Something that cannot be written. Values are never part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Not a name of the language.
    #[error("{} cannot stand as a name: names start with a letter or `_` and have letters, digits, `_` and `-`", quoted(.0))]
    Name(String),
    /// Not a reference.
    #[error("{} is not a reference such as `module.network.id`", quoted(.0))]
    Reference(String),
    /// Nested too deep.
    #[error("values and blocks can be written up to {MAX_DEPTH} levels deep; argument `{0}` goes deeper")]
    Depth(String),
}

/// The text of a file that has these blocks.
///
/// # Errors
/// The first thing that cannot be written.
pub fn write(blocks: &[(String, Vec<String>, Body)]) -> Result<String, WriteError> {
    let mut out = String::new();
    for (index, (kind, labels, body)) in blocks.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        write_block(&mut out, kind, labels, body, 0)?;
    }
    Ok(out)
}

fn write_block(out: &mut String, kind: &str, labels: &[String], body: &Body, level: usize) -> Result<(), WriteError> {
    if level > MAX_DEPTH {
        return Err(WriteError::Depth(kind.to_owned()));
    }
    indent(out, level);
    out.push_str(checked_name(kind)?);
    for label in labels {
        let _ = write!(out, " {}", quoted(label));
    }
    if body.arguments.is_empty() && body.blocks.is_empty() {
        out.push_str(" {}\n");
        return Ok(());
    }
    out.push_str(" {\n");
    write_arguments(out, &body.arguments, level + 1)?;
    for (index, (kind, labels, nested)) in body.blocks.iter().enumerate() {
        if index > 0 || !body.arguments.is_empty() {
            out.push('\n');
        }
        write_block(out, kind, labels, nested, level + 1)?;
    }
    indent(out, level);
    out.push_str("}\n");
    Ok(())
}

/// A comment ends the lines whose signs stand below each other.
fn write_arguments(out: &mut String, arguments: &[(String, Argument)], level: usize) -> Result<(), WriteError> {
    let mut lines = Vec::new();
    for (name, argument) in arguments {
        if let Argument::Explained(_, words) = argument {
            aligned(out, &lines, level);
            lines.clear();
            comment(out, words, level);
        }
        lines.push((checked_name(name)?.to_owned(), text(name, argument, level)?));
    }
    aligned(out, &lines, level);
    Ok(())
}

/// A comment of one line, whatever is in the words.
fn comment(out: &mut String, words: &str, level: usize) {
    let plain = words.chars().map(|letter| match letter {
        letter if letter.is_control() || letter == '\u{2028}' || letter == '\u{2029}' => ' ',
        letter => letter,
    });
    indent(out, level);
    out.push_str("# ");
    out.push_str(plain.collect::<String>().trim());
    out.truncate(out.trim_end().len());
    out.push('\n');
}

fn text(name: &str, argument: &Argument, level: usize) -> Result<String, WriteError> {
    match argument {
        Argument::Explained(explained, _) => text(name, explained, level),
        Argument::Value(value) if level + depth(value) > MAX_DEPTH => Err(WriteError::Depth(name.to_owned())),
        Argument::Value(value) => Ok(expression(value, level)),
        Argument::Reference(reference) => checked_reference(reference).map(str::to_owned),
        Argument::Type(found) => Ok(found.to_string()),
        Argument::References(references) => {
            let mut lines = Vec::new();
            for (name, reference) in references {
                let name = checked_reference(name)?.to_owned();
                lines.push((name, checked_reference(reference)?.to_owned()));
            }
            if lines.is_empty() {
                return Ok("{}".to_owned());
            }
            let mut out = "{\n".to_owned();
            aligned(&mut out, &lines, level + 1);
            indent(&mut out, level);
            out.push('}');
            Ok(out)
        }
    }
}

fn depth(value: &Value) -> usize {
    // Values are no deeper than what JSON readers admit.
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn checked_name(name: &str) -> Result<&str, WriteError> {
    match Ident::try_new(name) {
        Ok(_) => Ok(name),
        Err(_) => Err(WriteError::Name(name.to_owned())),
    }
}

/// Names with dots, and indexes that are constant.
fn checked_reference(text: &str) -> Result<&str, WriteError> {
    let is_plain = |expression: &Expression| match expression {
        Expression::Variable(_) => true,
        Expression::Traversal(traversal) => {
            matches!(traversal.expr, Expression::Variable(_))
                && traversal.operators.iter().all(|operator| match operator.value() {
                    TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => true,
                    TraversalOperator::Index(index) => index.is_str() || index.is_number(),
                    _ => false,
                })
        }
        _ => false,
    };
    let has_space = text.contains(char::is_whitespace) || text.contains(['#', '/']);
    // A provider may be called `null`, which is no word there.
    let (head, rest) = text.split_at(text.find(['.', '[']).unwrap_or(text.len()));
    match (Ident::try_new(head), parse_expr(&format!("x{rest}"))) {
        (Ok(_), Ok(expression)) if is_plain(&expression) && !has_space => Ok(text),
        _ => Err(WriteError::Reference(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("module.a.b", true)]
    #[case("module.a[\"x\"].b[0]", true)]
    #[case("aws", true)]
    #[case("null.second", true)]
    #[case("file(\"/etc/passwd\")", false)]
    #[case("a.b\nc = d", false)]
    #[case("a[b]", false)]
    #[case("a /* */", false)]
    #[case("\"text\"", false)]
    #[case("a.*.b", false)]
    #[case("", false)]
    fn references(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(checked_reference(text).is_ok(), is_one);
    }

    #[test]
    fn names_are_checked_and_depth_is_bounded() {
        let body = |name: &str, argument: Argument| Body {
            arguments: vec![(name.to_owned(), argument)],
            blocks: Vec::new(),
        };
        let written = |body| write(&[("x".to_owned(), Vec::new(), body)]);
        let bad = written(body("a = 1\nb", Argument::Value(json!(1))));
        assert_eq!(
            bad.unwrap_err().to_string(),
            "\"a = 1\\nb\" cannot stand as a name: names start with a letter or `_` and have letters, digits, `_` and `-`"
        );
        let deep = (0..80).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(
            written(body("a", Argument::Value(deep))),
            Err(WriteError::Depth("a".to_owned()))
        );
    }
}
