//! What a form asks for: JSON Schema 2020-12 with annotations, from a module and from what is said about its variables. Pure.
//!
//! Everything under `x-slipway` is for forms: where a default comes from, order, groups, labels, conditions. A validator that
//! does not know it still checks types, options, rules and what must be given.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use slipway_api::source_code_versions::VersionVariable;
use slipway_tofu::interface::{DefaultValue, Interface, Variable};

use super::settings::is_hidden;

/// The schema of all values.
#[must_use]
pub fn schema(module: &Interface, settings: &[VersionVariable]) -> Value {
    let said: HashMap<&str, (usize, &VersionVariable)> = settings
        .iter()
        .enumerate()
        .map(|(place, one)| (one.name.as_str(), (place, one)))
        .collect();
    // What something is said about comes first, in that order; the rest as the module has it.
    let mut ordered: Vec<(usize, &Variable)> = module
        .variables
        .iter()
        .enumerate()
        .map(|(place, variable)| {
            let known = said.get(variable.name.as_str());
            (known.map_or(settings.len() + place, |(place, _)| *place), variable)
        })
        .collect();
    ordered.sort_by_key(|(place, _)| *place);
    let plain = VersionVariable::default();
    let (mut properties, mut required, mut conditions) = (Map::new(), Vec::new(), Vec::new());
    for (order, (_, variable)) in ordered.iter().enumerate() {
        let one = said.get(variable.name.as_str()).map_or(&plain, |(_, one)| *one);
        properties.insert(variable.name.clone(), property(variable, one, order));
        if !is_needed(variable, one) {
            continue;
        }
        match &one.shown_when {
            None => required.push(Value::from(variable.name.as_str())),
            Some(condition) => conditions.push(json!({
                "if": {
                    "properties": {condition.variable.clone(): {"const": condition.equals}},
                    "required": [condition.variable],
                },
                "then": {"required": [variable.name]},
            })),
        }
    }
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), required.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    if !conditions.is_empty() {
        schema.insert("allOf".to_owned(), conditions.into());
    }
    schema.into()
}

/// Whether who orders has to give a value.
fn is_needed(variable: &Variable, one: &VersionVariable) -> bool {
    if one.reference.is_some() || one.default.is_some() || !one.restricted.is_empty() {
        return false;
    }
    one.required.unwrap_or_else(|| variable.is_required())
}

fn property(variable: &Variable, one: &VersionVariable, order: usize) -> Value {
    let mut schema = variable.schema();
    let Some(fields) = schema.as_object_mut() else {
        return schema;
    };
    let hidden = is_hidden(one, variable);
    fields.remove("x-deprecated");
    let validations = fields.remove("x-validations");
    let written = fields.remove("x-type");
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    if let Some(label) = &one.label {
        put("title", label.as_str().into());
    }
    if let Some(help) = &one.help {
        put("description", help.as_str().into());
    }
    if let Some(default) = &one.default {
        put("default", default.clone());
    }
    if hidden {
        put("writeOnly", true.into());
    }
    if !one.options.is_empty() {
        put("enum", one.options.clone().into());
    }
    if let Some(rules) = &one.rules {
        let mut rule = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                put(name, value);
            }
        };
        rule("minimum", rules.minimum.map(Value::from));
        rule("maximum", rules.maximum.map(Value::from));
        rule("maxLength", rules.max_length.map(Value::from));
        // In JSON Schema a pattern may match a part.
        rule(
            "pattern",
            rules.pattern.as_ref().map(|pattern| format!("^(?:{pattern})$").into()),
        );
    }
    if hidden {
        fields.remove("default");
    }
    let mut notes = annotations(variable, one, order);
    notes.extend(written.map(|written| ("type".to_owned(), written)));
    notes.extend(validations.map(|rules| ("validations".to_owned(), rules)));
    fields.insert("x-slipway".to_owned(), notes.into());
    schema
}

fn annotations(variable: &Variable, one: &VersionVariable, order: usize) -> Map<String, Value> {
    let origin = match (&one.reference, &one.default, &variable.default) {
        (Some(_), _, _) => Some("reference"),
        (None, Some(_), _) => Some("version"),
        (None, None, Some(_)) => Some("module"),
        (None, None, None) => None,
    };
    let computed = match &variable.default {
        Some(DefaultValue::Computed(text)) if one.default.is_none() && !is_hidden(one, variable) => Some(text.as_str()),
        _ => None,
    };
    let yes = |is: bool| is.then_some(Value::Bool(true));
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let pairs = [
        ("order", Some(Value::from(order))),
        ("origin", origin.map(Value::from)),
        ("default-expression", computed.map(Value::from)),
        ("group", text(&one.group)),
        ("label", text(&one.label)),
        ("help", text(&one.help)),
        ("frozen", yes(one.frozen)),
        ("unique", yes(one.unique)),
        ("sensitive", yes(is_hidden(one, variable))),
        ("deprecated", text(&variable.deprecated)),
        (
            "restricted",
            (!one.restricted.is_empty()).then(|| Value::from(one.restricted.clone())),
        ),
        (
            "shown-when",
            one.shown_when
                .as_ref()
                .and_then(|shown| serde_json::to_value(shown).ok()),
        ),
        (
            "reference",
            one.reference
                .as_ref()
                .and_then(|reference| serde_json::to_value(reference).ok()),
        ),
        ("message", one.rules.as_ref().and_then(|rules| text(&rules.message))),
    ];
    let given = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}

#[cfg(test)]
mod tests {
    use slipway_tofu::engines::Kind;
    use slipway_tofu::interface::read;

    use super::*;

    #[test]
    fn a_form_has_what_the_module_says_and_what_people_said() {
        let text = r#"
variable "name" { type = string }
variable "size" {
  type        = number
  default     = 1
  description = "How large."
}
variable "token" {
  type      = string
  sensitive = true
  default   = "x"
}
variable "network_id" { type = string }
variable "backup" {
  type    = bool
  default = false
}
"#;
        let reading = read([("main.tf", text.as_bytes())], Kind::OpenTofu);
        let settings: Vec<VersionVariable> = serde_json::from_value(json!([
            {"name": "network_id", "reference": {"template": "network", "output": "id"}, "group": "Network"},
            {"name": "size", "default": 2, "options": [1, 2], "label": "Size", "frozen": true},
            {"name": "name", "shown-when": {"variable": "backup", "equals": true},
                "rules": {"pattern": "a|b", "max-length": 3, "message": "a or b"}},
        ]))
        .unwrap();
        let schema = schema(&reading.interface, &settings);
        let property = |name: &str| schema["properties"][name].clone();
        assert_eq!(
            property("network_id"),
            json!({"type": "string", "x-slipway": {"order": 0, "origin": "reference", "group": "Network", "type": "string",
                "reference": {"template": "network", "output": "id"}}})
        );
        let size = property("size");
        assert_eq!(
            (&size["default"], &size["enum"], &size["title"]),
            (&json!(2), &json!([1, 2]), &json!("Size"))
        );
        assert_eq!(size["description"], "How large.");
        assert_eq!(
            size["x-slipway"],
            json!({"order": 1, "origin": "version", "label": "Size", "frozen": true, "type": "number"})
        );
        let name = property("name");
        assert_eq!((&name["pattern"], &name["maxLength"]), (&json!("^(?:a|b)$"), &json!(3)));
        assert_eq!(name["x-slipway"]["message"], "a or b");
        // A secret's default is nobody's business, but that there is one.
        let token = property("token");
        assert_eq!(token.get("default"), None);
        assert_eq!(
            (&token["writeOnly"], &token["x-slipway"]["origin"]),
            (&json!(true), &json!("module"))
        );
        assert_eq!(property("backup")["x-slipway"]["order"], 4);
        assert_eq!(schema["required"], json!([]));
        assert_eq!(
            schema["allOf"],
            json!([{"if": {"properties": {"backup": {"const": true}}, "required": ["backup"]},
                "then": {"required": ["name"]}}])
        );
    }

    #[test]
    fn a_form_has_every_variable_of_a_large_module() {
        let one = |number: usize| {
            format!(
                "variable \"v{number}\" {{\n  type = object({{ a = string, b = optional(list(number), [1]) }})\n  default = {{ a = \"x\" }}\n}}\n"
            )
        };
        let text: String = (0..200).map(one).collect();
        let reading = read([("main.tf", text.as_bytes())], Kind::OpenTofu);
        let schema = schema(&reading.interface, &[]);
        assert_eq!(schema["properties"].as_object().unwrap().len(), 200);
    }
}
