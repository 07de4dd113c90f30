//! Sensitive paths of a state turned into marks of the shape that differences and redaction use.
//!
//! Where a path does not fit its value, everything below the last place that fits is marked: too much is hidden rather
//! than too little.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::Instance;

#[derive(Deserialize)]
struct Step {
    value: Value,
}

/// The instance's attributes, dynamic values of built-in resources unwrapped, and their marks.
pub(super) fn attributes_and_marks(instance: &Instance<'_>, provider: &str) -> (Value, Value) {
    let mut attributes = instance
        .attributes
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    if provider == "terraform.io/builtin/terraform" {
        unwrap_dynamic(&mut attributes);
    }
    let paths: Result<Option<Vec<Vec<Step>>>, _> = instance
        .sensitive_attributes
        .map_or(Ok(None), |raw| serde_json::from_str(raw.get()));
    let mut marks = Value::Null;
    match paths {
        Ok(paths) => paths
            .unwrap_or_default()
            .iter()
            .for_each(|path| mark(&attributes, &mut marks, path)),
        // Not understood: nothing may be shown.
        Err(_) => marks = Value::Bool(true),
    }
    (attributes, marks)
}

/// Attributes without a fixed type are stored as `{"value": …, "type": …}`; only the schema tells them from a real
/// object of that shape, so only the provider whose schema is known is treated.
fn unwrap_dynamic(attributes: &mut Value) {
    let Value::Object(fields) = attributes else { return };
    for field in fields.values_mut() {
        if let Value::Object(wrapped) = field
            && wrapped.len() == 2
            && wrapped.contains_key("type")
            && let Some(value) = wrapped.remove("value")
        {
            *field = value;
        }
    }
}

fn mark(value: &Value, marks: &mut Value, path: &[Step]) {
    if marks.as_bool() == Some(true) {
        return;
    }
    let Some((step, rest)) = path.split_first() else {
        *marks = Value::Bool(true);
        return;
    };
    // An index step wraps its key with its type: {"value": "k", "type": "string"}.
    let key = step.value.get("value").unwrap_or(&step.value);
    match (value, key) {
        (Value::Object(fields), Value::String(key)) if fields.contains_key(key) => {
            if !marks.is_object() {
                *marks = Value::Object(Map::new());
            }
            if let (Some(child), Some(fields)) = (value.get(key), marks.as_object_mut()) {
                mark(child, fields.entry(key.clone()).or_insert(Value::Null), rest);
            }
        }
        (Value::Array(items), Value::Number(index)) if (index.as_u64().unwrap_or(u64::MAX) as usize) < items.len() => {
            let index = index.as_u64().unwrap_or(0) as usize;
            if !marks.is_array() {
                *marks = vec![Value::Bool(false); items.len()].into();
            }
            if let (Some(child), Some(marks)) = (items.get(index), marks.get_mut(index)) {
                mark(child, marks, rest);
            }
        }
        (Value::Null, _) => {}
        _ => *marks = Value::Bool(true),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn marks(value: &Value, paths: Value) -> Value {
        let paths: Vec<Vec<Step>> = serde_json::from_value(paths).unwrap();
        let mut marks = Value::Null;
        paths.iter().for_each(|path| mark(value, &mut marks, path));
        marks
    }

    #[test]
    fn paths_become_marks_and_misfits_hide_more() {
        let value = json!({"a": {"b": 1}, "list": [1, 2], "s": "x"});
        let get = |name: &str| json!({"type": "get_attr", "value": name});
        let at = |key: Value| json!({"type": "index", "value": {"value": key, "type": "number"}});
        assert_eq!(marks(&value, json!([[get("a"), get("b")]])), json!({"a": {"b": true}}));
        assert_eq!(
            marks(&value, json!([[get("list"), at(json!(1))]])),
            json!({"list": [false, true]})
        );
        assert_eq!(marks(&value, json!([[get("a"), get("nope")]])), json!({"a": true}));
        assert_eq!(
            marks(&value, json!([[get("list"), at(json!(7))]])),
            json!({"list": true})
        );
        assert_eq!(marks(&value, json!([[get("s"), get("deep")]])), json!({"s": true}));
        assert_eq!(marks(&value, json!([[]])), json!(true));
    }
}
