//! The one place that hashes events.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::Value;

use crate::Timestamp;

/// All that an event's hash is over, in this order.
#[derive(Debug, Clone, Copy)]
pub struct ChainedEvent<'a> {
    /// The hash before it in its organization; empty for the first.
    pub previous: &'a str,
    /// Its position.
    pub position: i64,
    /// Its id.
    pub id: &'a str,
    /// The organization.
    pub organization: Option<&'a str>,
    /// The project.
    pub project: Option<&'a str>,
    /// What was done.
    pub action: &'a str,
    /// Kind of who did it.
    pub actor_kind: &'a str,
    /// Id of who did it.
    pub actor_id: Option<&'a str>,
    /// Name of who did it.
    pub actor_name: &'a str,
    /// Kind of the object.
    pub object_kind: &'a str,
    /// Id of the object.
    pub object_id: &'a str,
    /// Name of the object.
    pub object_name: &'a str,
    /// Id of the object that access is decided by.
    pub access_id: &'a str,
    /// The changed fields.
    pub changes: &'a Value,
    /// The request.
    pub request_id: Option<&'a str>,
    /// The address.
    pub remote_address: Option<&'a str>,
    /// When.
    pub created_at: Timestamp,
}

/// SHA-256 over all fields, in lower-case hexadecimal. Every field is text and preceded by its length in bytes (64 bits,
/// big endian), so that no two events have the same input; what is absent is empty, the time is in milliseconds since
/// 1970, and the changed fields are JSON without spaces and with sorted keys.
#[must_use]
pub fn hash(event: &ChainedEvent<'_>) -> String {
    let position = event.position.to_string();
    let created_at = event.created_at.unix_ms().to_string();
    let mut changes = String::new();
    canonical(event.changes, &mut changes);
    let fields = [
        event.previous,
        &position,
        event.id,
        event.organization.unwrap_or_default(),
        event.project.unwrap_or_default(),
        event.action,
        event.actor_kind,
        event.actor_id.unwrap_or_default(),
        event.actor_name,
        event.object_kind,
        event.object_id,
        event.object_name,
        event.access_id,
        &changes,
        event.request_id.unwrap_or_default(),
        event.remote_address.unwrap_or_default(),
        &created_at,
    ];
    let mut context = Context::new(&SHA256);
    for field in fields {
        context.update(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(field.as_bytes());
    }
    hex::encode(context.finish())
}

/// JSON without spaces and with sorted keys: databases keep objects in orders of their own.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", Value::from(key.as_str()));
                canonical(fields.get(key).unwrap_or(&Value::Null), text);
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                canonical(value, text);
            }
            text.push(']');
        }
        plain => {
            let _ = write!(text, "{plain}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_else_changes() {
        let mut text = String::new();
        canonical(
            &json!({"b": [1, 2.5, null, {"z": "ü\"", "a": true}], "a": {}}),
            &mut text,
        );
        assert_eq!(text, r#"{"a":{},"b":[1,2.5,null,{"a":true,"z":"ü\""}]}"#);
    }
}
