//! The sensitive texts of a plan, so that they can be hidden where the plan shows them unmarked.
//!
//! Providers return what they were given: a secret is marked where the configuration has it, and not where the provider
//! computed something of it.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::plan::diff::{at_index, at_key, is_true};
use crate::plan::model::{Change, Plan, value};

/// Shorter texts are words that stand anywhere.
const SHORTEST_BYTES: usize = 8;
/// More of them are not looked for: each costs memory and time for every other text of the plan.
const MOST: usize = 1_000;

/// Texts that are marked as sensitive somewhere.
pub(super) fn of_plan(plan: &Plan<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let resources = plan.resource_changes.iter().chain(&plan.resource_drift);
    let changes = resources
        .map(|resource| &resource.change)
        .chain(plan.output_changes.values());
    for change in changes {
        of_change(change, &mut found);
        if found.len() >= MOST {
            break;
        }
    }
    found
}

fn of_change(change: &Change<'_>, found: &mut BTreeSet<String>) {
    for (side, marks) in [
        (change.before, change.before_sensitive),
        (change.after, change.after_sensitive),
    ] {
        let has_marks = |marks: &&RawValue| memchr::memmem::find(marks.get().as_bytes(), b"true").is_some();
        let Some(marks) = marks.filter(has_marks) else { continue };
        if let (Ok(side), Ok(marks)) = (value(side), value(Some(marks))) {
            collect(&side, &marks, found);
        }
    }
}

fn collect(value: &Value, marks: &Value, found: &mut BTreeSet<String>) {
    match value {
        _ if is_true(marks) => collect_all(value, found),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, field)| collect(field, at_key(marks, key), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| collect(item, at_index(marks, index), found)),
        _ => {}
    }
}

fn collect_all(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST_BYTES && found.len() < MOST => {
            found.insert(text.clone());
        }
        Value::Object(fields) => fields.values().for_each(|field| collect_all(field, found)),
        Value::Array(items) => items.iter().for_each(|item| collect_all(item, found)),
        _ => {}
    }
}
