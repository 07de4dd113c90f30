//! Native syntax: blocks and their bodies as JSON values.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{self, Body, Structure};
use hcl_edit::template::{Element, Template};
use serde_json::{Map, Value};

use super::{Block, problem_at};
use crate::events::{Diagnostic, Position};

/// Reads one file.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Block>, Box<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = parse_body(text).map_err(|error| {
        let at = error.location();
        let place = Position {
            line: at.line() as u64,
            column: at.column() as u64,
            byte: at.offset() as u64,
        };
        problem_at(file, error.message(), error.line(), place)
    })?;
    let line_of = |block: &structure::Block| {
        let start = block.span().map_or(0, |span| span.start);
        text.get(..start)
            .map_or(1, |before| before.matches('\n').count() as u64 + 1)
    };
    let blocks = body.blocks().map(|block| Block {
        kind: block.ident.as_str().to_owned(),
        labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
        body: body_value(&block.body, text),
        file: file.to_owned(),
        line: line_of(block),
    });
    Ok(blocks.collect())
}

fn body_value(body: &Body, text: &str) -> Value {
    let mut fields = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                fields.insert(attribute.key.as_str().to_owned(), value(&attribute.value, text));
            }
            Structure::Block(block) => {
                // Labels nest, as in JSON syntax: `backend "s3" {}` is {"backend": [{"s3": {}}]}.
                let labels = block.labels.iter().rev();
                let nested = labels.fold(body_value(&block.body, text), |inner, label| {
                    Value::Object(Map::from_iter([(label.as_str().to_owned(), inner)]))
                });
                let list = fields
                    .entry(block.ident.as_str())
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(nested);
                }
            }
        }
    }
    Value::Object(fields)
}

fn value(expression: &Expression, text: &str) -> Value {
    match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => (*value.value()).into(),
        Expression::Number(number) => serde_json::from_str(&number.value().to_string()).unwrap_or(Value::Null),
        Expression::String(string) => string.as_str().into(),
        Expression::Array(items) => items.iter().map(|item| value(item, text)).collect::<Vec<_>>().into(),
        Expression::Object(fields) => fields
            .iter()
            .map(|(name, field)| (key(name, text), value(field.expr(), text)))
            .collect::<Map<_, _>>()
            .into(),
        Expression::Parenthesis(inner) => value(inner.inner(), text),
        Expression::StringTemplate(_) => source(expression, text).trim_matches('"').into(),
        Expression::HeredocTemplate(heredoc) => match literal(&heredoc.template) {
            Some(literal) => literal.into(),
            None => format!("${{{}}}", source(expression, text)).into(),
        },
        other => format!("${{{}}}", source(other, text)).into(),
    }
}

fn key(name: &ObjectKey, text: &str) -> String {
    match name {
        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
        ObjectKey::Expression(Expression::String(string)) => string.as_str().to_owned(),
        ObjectKey::Expression(other) => format!("${{{}}}", source(other, text)),
    }
}

/// The text of a template without interpolations and directives.
fn literal(template: &Template) -> Option<String> {
    let parts = template.iter().map(|element| match element {
        Element::Literal(text) => Some(text.value().as_str()),
        _ => None,
    });
    parts.collect()
}

/// The expression as it was written.
fn source(expression: &Expression, text: &str) -> String {
    let written = expression.span().and_then(|span| text.get(span));
    written
        .map_or_else(|| expression.to_string(), str::to_owned)
        .trim()
        .to_owned()
}
