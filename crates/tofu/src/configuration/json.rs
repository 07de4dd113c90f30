//! JSON syntax: the same blocks, with their labels taken from the nesting.

use serde_json::Value;

use super::{Block, problem_at};
use crate::events::{Diagnostic, Position};

/// Reads one file.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Block>, Box<Diagnostic>> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let place = Position {
            line: error.line() as u64,
            column: error.column() as u64,
            byte: 0,
        };
        let code = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        problem_at(file, &error.to_string(), code, place)
    })?;
    let mut blocks = Vec::new();
    // The root may be a list of objects too.
    for (kind, body) in flat(&value).filter_map(Value::as_object).flatten() {
        collect(kind, body, &mut Vec::new(), file, &mut blocks);
    }
    Ok(blocks)
}

fn collect(kind: &str, value: &Value, labels: &mut Vec<String>, file: &str, blocks: &mut Vec<Block>) {
    for item in flat(value) {
        if labels.len() == label_count(kind) {
            let (kind, labels, file) = (kind.to_owned(), labels.clone(), file.to_owned());
            blocks.push(Block {
                kind,
                labels,
                body: item.clone(),
                file,
                line: 1,
            });
            continue;
        }
        for (label, inner) in item.as_object().into_iter().flatten() {
            labels.push(label.clone());
            collect(kind, inner, labels, file, blocks);
            labels.pop();
        }
    }
}

/// A block that is repeated may be a list.
fn flat(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.iter(),
        other => std::slice::from_ref(other).iter(),
    }
}

fn label_count(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "module" | "provider" | "output" | "check" => 1,
        _ => 0,
    }
}
