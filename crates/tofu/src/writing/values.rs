//! JSON values as expressions.

use std::fmt::Write;

use hcl_edit::Ident;
use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation;

use crate::variables::quoted;

/// Lists of simple values longer than this get a line per element.
const LINE: usize = 100;

/// A value on one line.
#[must_use]
pub fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, field)| format!("{} = {}", key(name), inline(field)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        simple => simple.to_string(),
    }
}

/// A value as it stands behind `name = `, further lines indented by so many levels.
pub(super) fn expression(value: &Value, level: usize) -> String {
    match value {
        Value::Array(items) if !items.is_empty() => list(items, level),
        Value::Object(fields) if !fields.is_empty() => object(fields, level),
        _ => inline(value),
    }
}

fn list(items: &[Value], level: usize) -> String {
    let is_simple = |item: &Value| !item.is_array() && !item.is_object();
    if items.iter().all(is_simple) {
        let line = inline(&Value::Array(items.to_vec()));
        if line.len() <= LINE {
            return line;
        }
    }
    let mut out = "[\n".to_owned();
    for item in items {
        indent(&mut out, level + 1);
        let _ = writeln!(out, "{},", expression(item, level + 1));
    }
    indent(&mut out, level);
    out.push(']');
    out
}

fn object(fields: &Map<String, Value>, level: usize) -> String {
    let entries = fields
        .iter()
        .map(|(name, field)| (key(name), expression(field, level + 1)));
    let mut out = "{\n".to_owned();
    aligned(&mut out, &entries.collect::<Vec<_>>(), level + 1);
    indent(&mut out, level);
    out.push('}');
    out
}

/// Lines `name = value`; the signs of neighbouring values that end on their line stand below each other.
pub(super) fn aligned(out: &mut String, entries: &[(String, String)], level: usize) {
    let mut rest = entries;
    while let Some(((name, value), behind)) = rest.split_first() {
        if value.contains('\n') {
            indent(out, level);
            let _ = writeln!(out, "{name} = {value}");
            rest = behind;
            continue;
        }
        let length = rest.iter().take_while(|(_, value)| !value.contains('\n')).count();
        let (group, behind) = rest.split_at(length);
        let width = group.iter().map(|(name, _)| columns(name)).max().unwrap_or_default();
        for (name, value) in group {
            indent(out, level);
            let padding = " ".repeat(width - columns(name));
            let _ = writeln!(out, "{name}{padding} = {value}");
        }
        rest = behind;
    }
}

fn columns(text: &str) -> usize {
    text.graphemes(true).count()
}

pub(super) fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

/// A key of an object: bare where it is a name and no word of the language.
fn key(name: &str) -> String {
    let is_word = ["for", "null", "true", "false"].contains(&name);
    match Ident::try_new(name) {
        Ok(_) if !is_word && name.is_ascii() => name.to_owned(),
        _ => quoted(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_on_several_lines() {
        let value =
            json!({"a": 1, "long-name": "x", "nested": {"b c": [1, 2]}, "z": [{"y": null}, []], "zz": true, "e": {}});
        insta::assert_snapshot!(expression(&value, 0), @r#"
        {
          a         = 1
          e         = {}
          long-name = "x"
          nested = {
            "b c" = [1, 2]
          }
          z = [
            {
              y = null
            },
            [],
          ]
          zz = true
        }
        "#);
        assert_eq!(
            inline(&value),
            "{ a = 1, e = {}, long-name = \"x\", nested = { \"b c\" = [1, 2] }, z = [{ y = null }, []], zz = true }"
        );
    }
}
