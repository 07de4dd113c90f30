//! What changed from one state to another, by instance address, attribute and output.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::address::{instance_address, provider_source, resource_address};
use super::model::{Instance, Output, State};
use super::sensitive::attributes_and_marks;
use crate::plan::{AttributeChange, Marks, diff as diff_values};

/// The difference of two states.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StateDiff {
    /// Addresses of objects that the new state has and the old has not.
    pub added: Vec<String>,
    /// Addresses of objects that the old state has and the new has not.
    pub removed: Vec<String>,
    /// Objects in both whose attributes differ.
    pub changed: Vec<InstanceChange>,
    /// Root outputs that differ.
    pub outputs: Vec<OutputDiff>,
}

/// One changed object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceChange {
    /// Full address; a deposed object has its key behind it in parentheses.
    pub address: String,
    /// Attributes that differ; empty if only the engine's own notes do.
    pub attributes: Vec<AttributeChange>,
}

/// One changed output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputDiff {
    /// Name.
    pub name: String,
    /// Old value, unless sensitive.
    pub before: Option<Value>,
    /// New value, unless sensitive.
    pub after: Option<Value>,
    /// Values are withheld.
    pub sensitive: bool,
}

impl StateDiff {
    /// Whether the states hold the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares two readable states; serial and lineage do not count.
#[must_use]
pub fn diff(old: &State<'_>, new: &State<'_>) -> StateDiff {
    let (before, after) = (objects(old), objects(new));
    let mut found = StateDiff {
        outputs: output_changes(old, new),
        ..StateDiff::default()
    };
    for (address, object) in &after {
        match before.get(address) {
            None => found.added.push(address.clone()),
            Some(earlier) => found.changed.extend(instance_change(address, earlier, object)),
        }
    }
    found.removed = before
        .into_keys()
        .filter(|address| !after.contains_key(address))
        .collect();
    found
}

struct Object<'s, 'a> {
    instance: &'s Instance<'a>,
    provider: &'s str,
}

fn objects<'s, 'a>(state: &'s State<'a>) -> BTreeMap<String, Object<'s, 'a>> {
    let mut objects = BTreeMap::new();
    for resource in &state.resources {
        let base = resource_address(resource);
        for instance in &resource.instances {
            let mut address = instance_address(&base, instance);
            if let Some(key) = instance.deposed.as_deref() {
                address.push_str(&format!(" (deposed {key})"));
            }
            let provider = provider_source(instance.provider.as_deref().unwrap_or(&resource.provider));
            objects.insert(address, Object { instance, provider });
        }
    }
    objects
}

fn instance_change(address: &str, old: &Object<'_, '_>, new: &Object<'_, '_>) -> Option<InstanceChange> {
    let text = |raw: Option<&RawValue>| raw.map(|raw| raw.get().to_owned());
    let same_text = text(old.instance.attributes) == text(new.instance.attributes);
    if same_text && old.instance.status == new.instance.status {
        return None;
    }
    let (before, before_sensitive) = attributes_and_marks(old.instance, old.provider);
    let (after, after_sensitive) = attributes_and_marks(new.instance, new.provider);
    let marks = Marks {
        before_sensitive,
        after_sensitive,
        ..Marks::default()
    };
    let attributes = diff_values(&before, &after, &marks);
    let differs = !attributes.is_empty() || old.instance.status != new.instance.status;
    differs.then(|| InstanceChange {
        address: address.to_owned(),
        attributes,
    })
}

fn output_changes(old: &State<'_>, new: &State<'_>) -> Vec<OutputDiff> {
    let mut names: Vec<_> = old.outputs.keys().chain(new.outputs.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let value =
        |output: Option<&Output<'_>>| output.and_then(|output| serde_json::from_str::<Value>(output.value.get()).ok());
    let change = |name: &std::borrow::Cow<'_, str>| {
        let (before, after) = (old.outputs.get(name), new.outputs.get(name));
        let (old_value, new_value) = (value(before), value(after));
        if old_value == new_value {
            return None;
        }
        let sensitive = [before, after].into_iter().flatten().any(|output| output.sensitive);
        let shown = |value: Option<Value>| value.filter(|_| !sensitive);
        Some(OutputDiff {
            name: name.to_string(),
            before: shown(old_value),
            after: shown(new_value),
            sensitive,
        })
    };
    names.into_iter().filter_map(change).collect()
}
