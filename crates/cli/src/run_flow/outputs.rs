//! Outputs as OpenTofu prints them.

use serde_json::Value;
use slipway_api::Resource;
use slipway_api::states::StateOutput;

use crate::output::clean;

/// `name = value` for each output, sensitive ones hidden; empty when there are none.
pub(crate) fn render_outputs(outputs: &[Resource<StateOutput>]) -> String {
    let width = outputs
        .iter()
        .map(|output| output.attributes.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for output in outputs {
        let output = &output.attributes;
        let value = if output.sensitive {
            "<sensitive>".to_owned()
        } else {
            value(&output.value, 0)
        };
        text.push_str(&format!("{:width$} = {}\n", clean(&output.name), clean(&value)));
    }
    text
}

/// A value as an HCL expression, nested ones over several lines.
fn value(value_: &Value, depth: usize) -> String {
    let (inner, outer) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    match value_ {
        Value::Array(items) if !items.is_empty() => {
            let lines: String = items
                .iter()
                .map(|item| format!("{inner}{},\n", value(item, depth + 1)))
                .collect();
            format!("[\n{lines}{outer}]")
        }
        Value::Object(fields) if !fields.is_empty() => {
            let line = |(key, item): (&String, &Value)| {
                format!("{inner}{} = {}\n", Value::from(key.as_str()), value(item, depth + 1))
            };
            let lines: String = fields.iter().map(line).collect();
            format!("{{\n{lines}{outer}}}")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_expressions_and_secrets_are_hidden() {
        let output = |name: &str, sensitive: bool, value: Value| {
            let attributes = StateOutput {
                name: name.to_owned(),
                sensitive,
                kind: "any".to_owned(),
                value,
            };
            Resource::new("wsout-1", attributes)
        };
        let outputs = [
            output("pet", false, json!("kind-\u{1b}dog")),
            output("password", true, json!("hunter2")),
            output("zones", false, json!(["a", {"b": 1, "c": []}])),
        ];
        insta::assert_snapshot!(render_outputs(&outputs), @r#"
        pet      = "kind-\u001bdog"
        password = <sensitive>
        zones    = [
          "a",
          {
            "b" = 1
            "c" = []
          },
        ]
        "#);
    }
}
