//! One line of the stream as a type.
//!
//! Source: OpenTofu's "Machine-Readable UI", `internal/command/views/json` of 1.12; Terraform's is the same but for a few
//! types, which come out as [`Event::Other`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::diagnostic::Diagnostic;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// First line: which engine speaks.
    Version {
        /// Engine version without a leading `v`.
        engine: String,
        /// Version of this stream's format.
        ui: String,
    },
    /// A line of text.
    Log {
        /// The text.
        message: String,
    },
    /// An error or warning.
    Diagnostic(Box<Diagnostic>),
    /// A change made outside was found.
    ResourceDrift(PlannedChange),
    /// A planned change.
    PlannedChange(PlannedChange),
    /// Counts at the end of a plan or apply.
    ChangeSummary(ChangeCounts),
    /// Root outputs.
    Outputs(BTreeMap<String, OutputValue>),
    /// Work on an object starts.
    ApplyStart(Hook),
    /// Work on an object goes on.
    ApplyProgress(Hook),
    /// Work on an object is done.
    ApplyComplete(Hook),
    /// Work on an object failed.
    ApplyErrored(Hook),
    /// A provisioner starts.
    ProvisionStart(Hook),
    /// A provisioner printed a line.
    ProvisionProgress(Hook),
    /// A provisioner is done.
    ProvisionComplete(Hook),
    /// A provisioner failed.
    ProvisionErrored(Hook),
    /// An object is being read.
    RefreshStart(Hook),
    /// An object was read.
    RefreshComplete(Hook),
    /// Anything else, unchanged.
    Other(Value),
}

/// A resource instance's address in parts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceAddress {
    /// Absolute address.
    pub addr: String,
    /// Module address; empty for the root.
    pub module: String,
    /// Address inside of the module.
    pub resource: String,
    /// Local name of the provider that the type implies.
    pub implied_provider: String,
    /// Resource type.
    pub resource_type: String,
    /// Resource name.
    pub resource_name: String,
    /// `count` or `for_each` key.
    pub resource_key: Value,
}

/// A change that is planned, or was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlannedChange {
    /// The object.
    pub resource: ResourceAddress,
    /// Where it was before it moved.
    pub previous_resource: Option<ResourceAddress>,
    /// `create`, `update`, `replace`, `delete`, `read`, `move`, `import`, `remove` (forget), `noop`.
    pub action: String,
    /// Why.
    pub reason: Option<String>,
    /// Import details.
    pub importing: Option<Value>,
}

/// Something that happens to one object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// The object.
    pub resource: ResourceAddress,
    /// As in [`PlannedChange::action`]; a replacement shows as a `delete` and a `create`.
    pub action: String,
    /// Name of the attribute that identifies the object.
    pub id_key: Option<String>,
    /// Its value.
    pub id_value: Option<String>,
    /// Seconds since the start.
    pub elapsed_seconds: f64,
    /// Kind of provisioner.
    pub provisioner: Option<String>,
    /// A line that a provisioner printed.
    pub output: Option<String>,
}

/// Counts of a finished plan or apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeCounts {
    /// Created.
    pub add: u64,
    /// Changed in place.
    pub change: u64,
    /// Imported.
    pub import: u64,
    /// Destroyed.
    pub remove: u64,
    /// Removed from the state and kept.
    pub forget: u64,
    /// What was counted.
    pub operation: Operation,
}

/// The operation that counts belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Planned, nothing done yet.
    #[default]
    Plan,
    /// Applied.
    Apply,
    /// Destroyed.
    Destroy,
}

/// A root output; sensitive ones come without a value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputValue {
    /// Not to be shown.
    pub sensitive: bool,
    /// Type in cty's JSON form; missing after a plan.
    #[serde(rename = "type")]
    pub output_type: Value,
    /// The value.
    pub value: Value,
    /// What a plan will do to it.
    pub action: Option<String>,
}

/// Reads one line. `None` for an empty line; a line that is not JSON becomes a [`Event::Log`] of its text.
#[must_use]
pub fn parse_line(line: &[u8]) -> Option<Event> {
    let line = line.trim_ascii();
    if line.is_empty() {
        return None;
    }
    match serde_json::from_slice::<Value>(line) {
        Ok(value @ Value::Object(_)) => Some(typed(&value).unwrap_or(Event::Other(value))),
        _ => Some(Event::Log {
            message: String::from_utf8_lossy(line).into_owned(),
        }),
    }
}

fn typed(value: &Value) -> Option<Event> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let hook = || Hook::deserialize(value.get("hook")?).ok();
    let change = || PlannedChange::deserialize(value.get("change")?).ok();
    Some(match value.get("type").and_then(Value::as_str)? {
        "version" => {
            let engine = if value.get("tofu").is_some() {
                text("tofu")
            } else {
                text("terraform")
            };
            Event::Version { engine, ui: text("ui") }
        }
        "log" => Event::Log {
            message: text("@message"),
        },
        "diagnostic" => Event::Diagnostic(Box::new(Diagnostic::deserialize(value.get("diagnostic")?).ok()?)),
        "resource_drift" => Event::ResourceDrift(change()?),
        "planned_change" => Event::PlannedChange(change()?),
        "change_summary" => Event::ChangeSummary(ChangeCounts::deserialize(value.get("changes")?).ok()?),
        "outputs" => Event::Outputs(BTreeMap::deserialize(value.get("outputs")?).ok()?),
        "apply_start" => Event::ApplyStart(hook()?),
        "apply_progress" => Event::ApplyProgress(hook()?),
        "apply_complete" => Event::ApplyComplete(hook()?),
        "apply_errored" => Event::ApplyErrored(hook()?),
        "provision_start" => Event::ProvisionStart(hook()?),
        "provision_progress" => Event::ProvisionProgress(hook()?),
        "provision_complete" => Event::ProvisionComplete(hook()?),
        "provision_errored" => Event::ProvisionErrored(hook()?),
        "refresh_start" => Event::RefreshStart(hook()?),
        "refresh_complete" => Event::RefreshComplete(hook()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_any_kind_are_kept() {
        assert_eq!(parse_line(b"  \n"), None);
        assert_eq!(
            parse_line(b"not json"),
            Some(Event::Log {
                message: "not json".to_owned()
            })
        );
        let unknown = br#"{"type":"of tomorrow","x":1}"#;
        assert!(matches!(parse_line(unknown), Some(Event::Other(value)) if value["x"] == 1));
        let strange = br#"{"type":"apply_start","hook":7}"#;
        assert!(matches!(parse_line(strange), Some(Event::Other(_))));
        let terraform = br#"{"type":"version","terraform":"1.11.4","ui":"1.2"}"#;
        assert!(matches!(parse_line(terraform), Some(Event::Version { engine, .. }) if engine == "1.11.4"));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_line(&line);
        }
    }
}
