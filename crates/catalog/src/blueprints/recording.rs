//! What every change of a blueprint writes beside its row: the directory, and an event.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use slipway_api::blueprints::NewBlueprint;
use slipway_api::ids::TemplateId;
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{Blueprint, KIND};

/// Why a blueprint depends on a template.
const TEMPLATE: &str = "blueprint-template";
/// Why it depends on a version.
const VERSION: &str = "blueprint-version";

/// Writes a blueprint into the directory, with what may not be deleted while it is there.
pub(super) async fn put(tx: &Tx, blueprint: &Blueprint, templates: &BTreeSet<TemplateId>) -> Result<()> {
    let labels: Vec<&str> = blueprint.labels().collect();
    let object = Object {
        id: blueprint.id.to_string(),
        kind: KIND,
        organization: Some(blueprint.organization_id),
        project: None,
        name: blueprint.name.to_string(),
        status: String::new(),
        labels: labels.join(" "),
    };
    directory::store::put(tx, &object).await?;
    let templates: Vec<String> = templates.iter().map(ToString::to_string).collect();
    directory::store::replace(tx, &object.id, TEMPLATE, &templates).await?;
    let parts = blueprint.content.parts.iter();
    let versions: BTreeSet<String> = parts
        .filter_map(|part| part.source_code_version)
        .map(|id| id.to_string())
        .collect();
    let versions: Vec<String> = versions.into_iter().collect();
    directory::store::replace(tx, &object.id, VERSION, &versions).await
}

/// Which of its fields differ, by their names; of a new one, all that say something.
pub(super) fn told(before: Option<&NewBlueprint>, after: &NewBlueprint) -> Value {
    let fields = |one: &NewBlueprint| match serde_json::to_value(one) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (then, now) = (before.map(fields).unwrap_or_default(), fields(after));
    let is_small = |field: &str| matches!(field, "name" | "description" | "labels");
    let differing = now.into_iter().filter(|(field, value)| {
        let was = then.get(field).cloned().unwrap_or_default();
        let is_nothing = value.as_array().is_some_and(Vec::is_empty) || value.as_str() == Some("");
        was != *value && !(before.is_none() && is_nothing)
    });
    let told = differing.map(|(field, value)| {
        let was = then.get(&field).cloned().unwrap_or_default();
        // Of parts and wires how many there are: what each says is in the blueprint.
        let change = match is_small(&field) {
            true => json!([was, value]),
            false => json!([count(&was), count(&value)]),
        };
        (field, change)
    });
    Value::Object(told.collect())
}

fn count(list: &Value) -> Value {
    match list.as_array() {
        Some(entries) => json!({"count": entries.len()}),
        None => Value::Null,
    }
}

/// Tells of a blueprint.
pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    blueprint: &Blueprint,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(blueprint.organization_id),
        project: None,
        object_kind: KIND,
        object_id: blueprint.id.to_string(),
        object_name: blueprint.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
