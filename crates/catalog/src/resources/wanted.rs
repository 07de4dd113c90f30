//! What somebody wants of a resource: from what he sent to a whole specification, and how two of them differ. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use slipway_api::Name;
use slipway_api::catalog::FieldDifference;
use slipway_api::resources::{CatalogResourceChanges, NewCatalogResource, ResourceSpecification};
use slipway_kernel::{Error, Result};

use super::model::Secrets;
use super::values::Context;

/// What stands in the place of a secret where it is told that it changed.
const HIDDEN: &str = "(secret)";

/// Fields whose entries are told each by itself.
const EACH: [&str; 2] = ["values", "references"];

/// The specification of a new resource; `name` is there until it is known.
#[must_use]
pub(crate) fn ordered(wanted: &NewCatalogResource, name: Name) -> ResourceSpecification {
    // Not what is brought along, which may be large.
    let wanted = NewCatalogResource {
        import: None,
        ..wanted.clone()
    };
    ResourceSpecification {
        name,
        description: wanted.description,
        labels: wanted.labels,
        source_code_version: wanted.source_code_version,
        parents: wanted.parents,
        integrations: wanted.integrations,
        values: wanted.values,
        references: wanted.references,
        tags: wanted.tags,
        settings: wanted.settings,
    }
}

/// The specification with changes.
#[must_use]
pub(crate) fn changed(before: &ResourceSpecification, changes: &CatalogResourceChanges) -> ResourceSpecification {
    let (before, changes) = (before.clone(), changes.clone());
    ResourceSpecification {
        name: changes.name.unwrap_or(before.name),
        description: changes.description.unwrap_or(before.description),
        labels: changes.labels.unwrap_or(before.labels),
        source_code_version: changes.source_code_version.or(before.source_code_version),
        parents: changes.parents.unwrap_or(before.parents),
        integrations: changes.integrations.unwrap_or(before.integrations),
        values: changes.values.unwrap_or(before.values),
        references: changes.references.unwrap_or(before.references),
        tags: changes.tags.unwrap_or(before.tags),
        settings: changes.settings.unwrap_or(before.settings),
    }
}

/// Moves what is secret out of the specification: a secret that is null goes, one that is left out stays, and what the version
/// does not ask for any more is forgotten.
#[must_use]
pub(crate) fn separated(mut context: Context) -> Context {
    let values = std::mem::take(&mut context.specification.values);
    let (hidden, shown): (BTreeMap<_, _>, BTreeMap<_, _>) =
        values.into_iter().partition(|(name, _)| context.is_secret(name));
    let mut secrets = std::mem::take(&mut context.secrets.0);
    secrets.extend(hidden);
    secrets.retain(|name, value| !value.is_null() && context.is_secret(name));
    context.specification.values = shown;
    context.secrets = Secrets(secrets);
    context
}

/// Fields in which two descriptions differ, values and references each by itself: `values/size`. Of secrets only that they differ. Of a new
/// one, what is not as it is by default.
///
/// # Errors
///
/// Never in practice: specifications are plain values.
pub(crate) fn differences(
    before: Option<(&ResourceSpecification, &Secrets)>,
    (after, secrets): (&ResourceSpecification, &Secrets),
) -> Result<Vec<FieldDifference>> {
    let then = match before {
        Some((before, _)) => fields(before)?,
        None => Map::new(),
    };
    let mut found = compared(&then, &fields(after)?, before.is_none());
    let nothing = Secrets::default();
    found.extend(hidden(before.map_or(&nothing, |(_, secrets)| secrets), secrets));
    found.sort_by(|one, other| one.field.cmp(&other.field));
    Ok(found)
}

fn fields(specification: &ResourceSpecification) -> Result<Map<String, Value>> {
    let Value::Object(mut fields) = serde_json::to_value(specification).map_err(Error::internal)? else {
        return Ok(Map::new());
    };
    for field in EACH {
        if let Some(Value::Object(entries)) = fields.remove(field) {
            let entries = entries.into_iter();
            fields.extend(entries.map(|(name, value)| (format!("{field}/{name}"), value)));
        }
    }
    Ok(fields)
}

fn compared(then: &Map<String, Value>, now: &Map<String, Value>, is_new: bool) -> Vec<FieldDifference> {
    let is_default = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let differing = names.into_iter().filter_map(|field| {
        let value = |fields: &Map<String, Value>| fields.get(field).cloned().unwrap_or_default();
        let (before, after) = (value(then), value(now));
        let is_told = before != after && !(is_new && !field.starts_with("values/") && is_default(&after));
        is_told.then(|| FieldDifference {
            field: field.clone(),
            before,
            after,
        })
    });
    differing.collect()
}

fn hidden(then: &Secrets, now: &Secrets) -> Vec<FieldDifference> {
    let names: BTreeSet<&String> = then.0.keys().chain(now.0.keys()).collect();
    let mark = |secrets: &Secrets, name: &str| match secrets.0.contains_key(name) {
        true => json!(HIDDEN),
        false => Value::Null,
    };
    let differing = names.into_iter().filter(|name| then.0.get(*name) != now.0.get(*name));
    differing
        .map(|name| FieldDifference {
            field: format!("values/{name}"),
            before: mark(then, name),
            after: mark(now, name),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specification(values: Value) -> ResourceSpecification {
        serde_json::from_value(json!({"name": "main", "values": values})).unwrap()
    }

    fn secrets(pairs: &[(&str, &str)]) -> Secrets {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
        Secrets(pairs.collect())
    }

    fn told(found: &[FieldDifference]) -> Vec<String> {
        let line = |one: &FieldDifference| format!("{}: {} → {}", one.field, one.before, one.after);
        found.iter().map(line).collect()
    }

    #[test]
    fn differences_name_values_one_by_one_and_hide_secrets() {
        let before = (
            &specification(json!({"a": 1, "b": 2})),
            &secrets(&[("token", "x"), ("same", "s")]),
        );
        let after = (
            &specification(json!({"b": 3, "c": [4]})),
            &secrets(&[("token", "y"), ("same", "s"), ("new", "n")]),
        );
        assert_eq!(
            told(&differences(Some(before), after).unwrap()),
            [
                "values/a: 1 → null",
                "values/b: 2 → 3",
                "values/c: null → [4]",
                "values/new: null → \"(secret)\"",
                "values/token: \"(secret)\" → \"(secret)\"",
            ]
        );
        assert_eq!(told(&differences(Some(before), before).unwrap()), Vec::<String>::new());
        assert_eq!(
            told(&differences(None, before).unwrap())[0..2],
            ["name: null → \"main\"", "values/a: null → 1"]
        );
    }

    #[test]
    fn references_are_told_one_by_one() {
        let with = |references: Value| -> ResourceSpecification {
            serde_json::from_value(json!({"name": "main", "references": references})).unwrap()
        };
        let (one, two) = (
            json!({"resource": "res-0000000000000001", "output": "id"}),
            json!({"resource": "res-0000000000000002", "output": "id"}),
        );
        let nothing = Secrets::default();
        let (before, after) = (with(json!({"a": one, "b": one})), with(json!({"b": two, "a": one})));
        let found = differences(Some((&before, &nothing)), (&after, &nothing)).unwrap();
        assert_eq!(told(&found), [format!("references/b: {one} → {two}")]);
    }

    #[test]
    fn what_changes_do_not_name_stays() {
        let before: ResourceSpecification = serde_json::from_value(json!({"name": "main", "labels": ["a"],
            "values": {"x": 1}, "description": "Old."}))
        .unwrap();
        let changes: CatalogResourceChanges = serde_json::from_value(json!({"description": "New."})).unwrap();
        let after = changed(&before, &changes);
        assert_eq!(
            after,
            ResourceSpecification {
                description: "New.".to_owned(),
                ..before
            }
        );
    }
}
