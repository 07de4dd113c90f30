//! The JSON schema of a kind's form (draft 2020-12): pure.
//!
//! One object, or one of several where there are several methods. A secret is `writeOnly`; fields are drawn in the order
//! of `x-order`; a field of several lines has the format `textarea`.

use serde_json::{Map, Value, json};

use super::check::METHOD;
use super::{Field, Form, Kind, Method};

/// The schema of `settings`.
#[must_use]
pub fn of(kind: &Kind) -> Value {
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.title,
        "description": kind.description,
        "type": "object",
    });
    let Value::Object(mut schema) = head else {
        return head;
    };
    match kind.methods {
        [only] => {
            let Value::Object(branch) = branch(kind, only) else {
                return Value::Object(schema);
            };
            for name in ["properties", "required", "additionalProperties"] {
                schema.extend(branch.get(name).map(|value| (name.to_owned(), value.clone())));
            }
        }
        several => {
            let branches: Vec<Value> = several.iter().map(|method| branch(kind, method)).collect();
            schema.insert("oneOf".to_owned(), Value::Array(branches));
        }
    }
    Value::Object(schema)
}

fn branch(kind: &Kind, method: &Method) -> Value {
    let is_default = kind.methods.first().is_some_and(|first| first.word == method.word);
    let mut properties = Map::new();
    let mut which = json!({"const": method.word, "title": method.title, "x-order": 0});
    if let (true, Value::Object(which)) = (is_default, &mut which) {
        which.insert("default".to_owned(), json!(method.word));
    }
    properties.insert(METHOD.to_owned(), which);
    for (place, field) in kind.fields_of(method.word).enumerate() {
        properties.insert(field.name.to_owned(), property(field, place + 1));
    }
    let mut required: Vec<&str> = kind
        .fields_of(method.word)
        .filter(|field| field.is_required_with(method.word))
        .map(|field| field.name)
        .collect();
    if !is_default {
        required.insert(0, METHOD);
    }
    json!({
        "title": method.title,
        "description": method.description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field, order: usize) -> Value {
    let form = match field.form {
        Form::Text => json!({"type": "string"}),
        Form::Lines | Form::PrivateKey => json!({"type": "string", "format": "textarea"}),
        Form::Address => json!({"type": "string", "format": "uri"}),
        Form::Pattern(pattern, example) => {
            json!({"type": "string", "pattern": format!("^(?:{pattern})$"), "examples": [example]})
        }
        Form::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Form::Choice(words) => {
            let choices: Vec<Value> = words
                .iter()
                .map(|(word, title)| json!({"const": word, "title": title}))
                .collect();
            json!({"type": "string", "oneOf": choices})
        }
        Form::Values => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": "string"},
        }),
    };
    let Value::Object(mut property) = form else {
        return form;
    };
    property.insert("title".to_owned(), json!(field.title));
    property.insert("description".to_owned(), json!(field.description));
    property.insert("x-order".to_owned(), json!(order));
    if let Some(default) = field.default {
        property.insert("default".to_owned(), json!(default));
    }
    if field.is_secret {
        property.insert("writeOnly".to_owned(), json!(true));
        if matches!(field.form, Form::Text) {
            property.insert("format".to_owned(), json!("password"));
        }
    }
    Value::Object(property)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::kinds;

    #[test]
    fn a_form_can_be_drawn_of_it() {
        let schema = of(kinds::find("mongodb-atlas").unwrap());
        let branch = &schema["oneOf"][1];
        assert_eq!(
            branch["properties"]["method"],
            json!({"const": "api-keys", "title": "API keys", "x-order": 0})
        );
        assert_eq!(branch["required"], json!(["method", "public-key", "private-key"]));
        insta::assert_json_snapshot!(branch["properties"]["private-key"], @r#"
        {
          "description": "The key's private part.",
          "format": "password",
          "title": "Private key",
          "type": "string",
          "writeOnly": true,
          "x-order": 2
        }
        "#);
    }

    #[test]
    fn secrets_are_never_read_and_one_method_needs_no_choice() {
        for kind in kinds::KINDS {
            let schema = of(kind);
            assert_eq!(schema.get("oneOf").is_some(), kind.methods.len() > 1, "{}", kind.word);
            let branches = match &schema["oneOf"] {
                Value::Array(branches) => branches.clone(),
                _ => vec![schema.clone()],
            };
            for (branch, method) in branches.iter().zip(kind.methods) {
                for field in kind.fields_of(method.word) {
                    let property = &branch["properties"][field.name];
                    assert_eq!(
                        property["writeOnly"] == true,
                        field.is_secret,
                        "{}.{}",
                        kind.word,
                        field.name
                    );
                }
            }
        }
    }
}
