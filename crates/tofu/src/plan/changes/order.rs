//! The order of changes: modules by their riskiest change, inside a module by risk, then by address.

use std::collections::HashMap;

use super::{InstanceKey, Row, instance_key};
use crate::masking::Masker;
use crate::plan::action::Action;
use crate::plan::model::ResourceChange;

/// All changes but those of ephemeral resources, which nothing is left of.
pub(super) fn sorted<'p>(changes: &'p [ResourceChange<'p>], masker: &Masker) -> Vec<Row<'p>> {
    let mut rows: Vec<Row<'p>> = changes
        .iter()
        .filter(|change| change.mode != "ephemeral")
        .map(|resource| Row {
            resource,
            action: resource.action(),
            key: instance_key(resource.index, masker),
        })
        .collect();
    let mut riskiest: HashMap<&str, usize> = HashMap::new();
    for row in &rows {
        let risk = riskiest.entry(module(row.resource)).or_insert(Action::BY_RISK.len());
        *risk = row.action.risk().min(*risk);
    }
    rows.sort_by(|one, other| {
        let of_module = |row: &Row<'_>| riskiest.get(module(row.resource)).copied();
        of_module(one)
            .cmp(&of_module(other))
            .then_with(|| module(one.resource).cmp(module(other.resource)))
            .then_with(|| within_module(one).cmp(&within_module(other)))
    });
    rows
}

pub(super) fn module<'p>(resource: &'p ResourceChange<'p>) -> &'p str {
    resource.module_address.as_deref().unwrap_or_default()
}

fn within_module<'r>(row: &'r Row<'_>) -> (usize, &'r str, &'r str, &'r str, &'r InstanceKey, Option<&'r str>) {
    let resource = row.resource;
    (
        row.action.risk(),
        &resource.resource_type,
        &resource.mode,
        &resource.name,
        &row.key,
        resource.deposed.as_deref(),
    )
}
