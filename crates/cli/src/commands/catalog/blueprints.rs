//! Blueprints among the documents of the catalog: made as they say when everything else is there, field by field what differs.

use serde_json::{Map, Value};
use slipway_api::Resource;
use slipway_api::blueprints::{Blueprint, BlueprintChanges, NewBlueprint};
use slipway_api::catalog::{CatalogAction, CatalogChange, FieldDifference};
use slipway_client::Client;

use super::documents::Documents;
use crate::context::{Context, id_of};
use crate::failure::Failure;

/// Makes every blueprint as its document says, and tells what that changes; nothing is changed in a dry run.
pub(super) async fn apply(
    context: &Context,
    client: &Client,
    documents: &Documents,
    is_dry_run: bool,
) -> anyhow::Result<Vec<CatalogChange>> {
    let mut changes = Vec::with_capacity(documents.blueprints.len());
    for (wanted, place) in documents.blueprints() {
        let found = named(context, client, wanted).await?;
        let differences = differences(found.as_ref().map(|found| &found.attributes), wanted)?;
        let action = match (&found, differences.is_empty()) {
            (None, _) => CatalogAction::Create,
            (Some(_), true) => CatalogAction::None,
            (Some(_), false) => CatalogAction::Update,
        };
        if !is_dry_run {
            let done = match (&found, action) {
                (None, _) => client
                    .create_blueprint(context.organization()?, wanted.clone())
                    .await
                    .map(drop),
                (Some(_), CatalogAction::None) => Ok(()),
                (Some(found), _) => update(client, found, wanted).await?,
            };
            done.map_err(|error| Failure::error(format!("{place}: {error}"), "What was applied before it stays."))?;
        }
        changes.push(CatalogChange {
            kind: "blueprint".to_owned(),
            key: wanted.name.to_string(),
            action,
            differences,
        });
    }
    Ok(changes)
}

async fn named(
    context: &Context,
    client: &Client,
    wanted: &NewBlueprint,
) -> anyhow::Result<Option<Resource<Blueprint>>> {
    let name = wanted.name.as_str();
    let all = client
        .blueprints(context.organization()?, Some(name), None)
        .all()
        .await?;
    Ok(all.into_iter().find(|one| one.attributes.name == wanted.name))
}

async fn update(
    client: &Client,
    found: &Resource<Blueprint>,
    wanted: &NewBlueprint,
) -> anyhow::Result<Result<(), slipway_client::ClientError>> {
    let id = id_of(found)?;
    let (_, tag) = client.blueprint(id).await?;
    let wanted = wanted.clone();
    let changes = BlueprintChanges {
        name: None,
        description: Some(wanted.description),
        labels: Some(wanted.labels),
        constants: Some(wanted.constants),
        externals: Some(wanted.externals),
        parts: Some(wanted.parts),
        wires: Some(wanted.wires),
    };
    Ok(client.update_blueprint(id, changes, &tag).await.map(drop))
}

/// Fields that differ; of a new one, those that say something.
fn differences(before: Option<&Blueprint>, after: &NewBlueprint) -> anyhow::Result<Vec<FieldDifference>> {
    let before = match before {
        Some(shown) => fields(&NewBlueprint {
            name: shown.name.clone(),
            description: shown.description.clone(),
            labels: shown.labels.clone(),
            constants: shown.constants.clone(),
            externals: shown.externals.clone(),
            parts: shown.parts.clone(),
            wires: shown.wires.clone(),
        })?,
        None => Map::new(),
    };
    let nothing = |value: &Value| {
        value.is_null() || value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty)
    };
    let differs = fields(after)?.into_iter().filter_map(|(field, after)| {
        let before = before.get(&field).cloned().unwrap_or_default();
        let is_same = before == after || (nothing(&before) && nothing(&after)) || field == "name";
        (!is_same).then_some(FieldDifference { field, before, after })
    });
    Ok(differs.collect())
}

fn fields(blueprint: &NewBlueprint) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(blueprint)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_one_says_what_it_has_and_the_same_again_differs_in_nothing() {
        let wanted: NewBlueprint =
            serde_json::from_value(json!({"name": "shop", "parts": [{"name": "net", "template": "network"}]})).unwrap();
        let found = differences(None, &wanted).unwrap();
        let fields: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["parts"]);
        let mut shown = serde_json::to_value(&wanted).unwrap();
        let more = json!({"revision": 1, "created-at": "2026-01-01T00:00:00Z", "updated-at": "2026-01-01T00:00:00Z"});
        shown.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let shown: Blueprint = serde_json::from_value(shown).unwrap();
        assert_eq!(differences(Some(&shown), &wanted).unwrap(), []);
        let described = NewBlueprint {
            description: "A shop".to_owned(),
            ..wanted
        };
        assert_eq!(differences(Some(&shown), &described).unwrap()[0].field, "description");
    }
}
