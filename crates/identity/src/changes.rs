//! What an event says about a change.

use serde_json::{Map, Value, json};

/// The fields whose value changed, each as `[before, after]`.
pub(crate) fn changed_fields<const N: usize>(fields: [(&str, Value, Value); N]) -> Value {
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    Value::Object(
        changed
            .map(|(name, before, after)| (name.to_owned(), json!([before, after])))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let fields = [("name", json!("a"), json!("b")), ("email", json!(null), json!(null))];
        assert_eq!(changed_fields(fields), json!({"name": ["a", "b"]}));
    }
}
