//! Values written in HCL: what is allowed in them, and the strings they hold.

use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};
use hcl_edit::template::{Element, StringTemplate, Template};

/// What a variables file does not allow, if the value has any of it: the engine evaluates it without variables and
/// functions.
pub(super) fn forbidden(expression: &Expression) -> Option<&'static str> {
    match expression {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => None,
        Expression::Array(items) => items.iter().find_map(forbidden),
        Expression::Object(fields) => fields.iter().find_map(|(key, value)| {
            let key = match key {
                ObjectKey::Ident(_) => None,
                ObjectKey::Expression(key) => forbidden(key),
            };
            key.or_else(|| forbidden(value.expr()))
        }),
        Expression::Parenthesis(inner) => forbidden(inner.inner()),
        Expression::StringTemplate(template) if template_text(template).is_some() => None,
        Expression::HeredocTemplate(heredoc) if elements_text(heredoc.template.iter()).is_some() => None,
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => Some("a template"),
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            forbidden(&operation.expr)
        }
        Expression::Variable(_) | Expression::Traversal(_) => Some("a reference"),
        Expression::FuncCall(_) => Some("a function call"),
        _ => Some("an operation"),
    }
}

/// All strings in the value; keys are names and not included.
pub(super) fn strings(expression: &Expression, found: &mut Vec<String>) {
    match expression {
        Expression::String(text) => found.push(text.as_str().to_owned()),
        Expression::Number(number) => found.push(number.value().to_string()),
        Expression::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Expression::Object(fields) => fields.iter().for_each(|(_, value)| strings(value.expr(), found)),
        Expression::Parenthesis(inner) => strings(inner.inner(), found),
        Expression::StringTemplate(template) => found.extend(template_text(template)),
        Expression::HeredocTemplate(heredoc) => found.extend(heredoc_text(&heredoc.template)),
        _ => {}
    }
}

/// The text of a quoted template that has escapes only.
pub(super) fn template_text(template: &StringTemplate) -> Option<String> {
    elements_text(template.iter())
}

fn heredoc_text(template: &Template) -> Option<String> {
    elements_text(template.iter())
}

fn elements_text<'a>(elements: impl Iterator<Item = &'a Element>) -> Option<String> {
    let parts = elements.map(|element| match element {
        Element::Literal(text) => Some(text.value().as_str()),
        _ => None,
    });
    parts.collect()
}
