//! Looking at resources: lists, trees, outputs, revisions.

use std::collections::{BTreeSet, HashMap};

use serde_json::json;
use slipway_api::ids::{ResourceId, TemplateId};
use slipway_api::resources::{ResourceEdge, ResourceNode, ResourceOutput, ResourceRevision, ResourceTree};
use slipway_api::templates::{TemplateKey, TreeDirection};
use slipway_identity::organizations::Organization;
use slipway_infra::permissions::STATE_READ_OUTPUTS;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};

use super::super::model::Output;
use super::super::store::{self, Filter, Sort};
use super::super::{hidden, recording, revisions as kept};
use crate::permissions::RESOURCE_READ;
use crate::project_rules::store as rules;
use crate::resource_changes::ResourceChange;
use crate::resources::Resource;
use crate::templates::store as templates;

/// Resources that a tree shows at most.
const NODES: usize = 2_000;

/// A page of an organization's resources that the caller may see.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    sort: Sort,
    page: &Page,
) -> Result<Listed<Resource>> {
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, sort, page).await
}

/// What was found of a tree so far.
struct Walk {
    nodes: Vec<(Resource, u32)>,
    edges: BTreeSet<(ResourceId, ResourceId)>,
    seen: BTreeSet<ResourceId>,
    is_cut: bool,
}

/// All that a resource stands on, or all that stands on it, as far as the caller may see it: a way that leads over something
/// invisible ends there. Two queries per step.
///
/// # Errors
///
/// Those of the database.
pub async fn tree(ctx: &Ctx, resource: &Resource, direction: TreeDirection) -> Result<ResourceTree> {
    let visible = ctx.visible(RESOURCE_READ, resource.organization_id).await?;
    let mut walk = Walk {
        nodes: vec![(resource.clone(), 0)],
        edges: BTreeSet::new(),
        seen: BTreeSet::from([resource.id]),
        is_cut: false,
    };
    let mut at = vec![resource.id];
    let mut distance = 0;
    while !at.is_empty() && !walk.is_cut {
        distance += 1;
        at = step(ctx, (resource, &visible), (&at, direction, distance), &mut walk).await?;
    }
    let ids: BTreeSet<TemplateId> = walk.nodes.iter().map(|(one, _)| one.template_id).collect();
    let ids: Vec<TemplateId> = ids.into_iter().collect();
    let keys: HashMap<TemplateId, TemplateKey> = templates::keys(ctx.db.reader(), &ids).await?.into_iter().collect();
    let demos = rules::demos(ctx.db.reader(), walk.nodes.iter().map(|(one, _)| one.project_id)).await?;
    let nodes = walk.nodes.into_iter().filter_map(|(one, distance)| {
        let is_demo = demos.contains(&one.project_id);
        node(one, &keys, (distance, is_demo))
    });
    Ok(ResourceTree {
        direction,
        nodes: nodes.collect(),
        edges: walk
            .edges
            .into_iter()
            .map(|(child, parent)| ResourceEdge { child, parent })
            .collect(),
        is_cut: walk.is_cut,
    })
}

/// One step further; answers what is new.
async fn step(
    ctx: &Ctx,
    (first, visible): (&Resource, &Visibility),
    (at, direction, distance): (&[ResourceId], TreeDirection, u32),
    walk: &mut Walk,
) -> Result<Vec<ResourceId>> {
    let links = match direction {
        TreeDirection::Parents => store::links_from(ctx.db.reader(), at).await?,
        TreeDirection::Children => store::links_to(ctx.db.reader(), at).await?,
    };
    let other = |link: &super::super::model::Link| match direction {
        TreeDirection::Parents => link.parent_id,
        TreeDirection::Children => link.resource_id,
    };
    let mut wanted: Vec<ResourceId> = links.iter().map(other).filter(|id| !walk.seen.contains(id)).collect();
    wanted.sort();
    wanted.dedup();
    let room = NODES.saturating_sub(walk.nodes.len());
    walk.is_cut = wanted.len() > room;
    wanted.truncate(room);
    let rows = store::of_ids(ctx.db.reader(), first.organization_id, &wanted).await?;
    let may_see = |row: &Resource| visible.contains(Some(&row.project_id.to_string()), &row.id.to_string());
    let mut new = Vec::new();
    for row in rows.into_iter().filter(may_see) {
        walk.seen.insert(row.id);
        new.push(row.id);
        walk.nodes.push((row, distance));
    }
    let there = links
        .iter()
        .filter(|link| walk.seen.contains(&link.parent_id) && walk.seen.contains(&link.resource_id));
    walk.edges.extend(there.map(|link| (link.resource_id, link.parent_id)));
    Ok(new)
}

fn node(
    resource: Resource,
    keys: &HashMap<TemplateId, TemplateKey>,
    (distance, is_demo): (u32, bool),
) -> Option<ResourceNode> {
    Some(ResourceNode {
        template_key: keys.get(&resource.template_id)?.clone(),
        id: resource.id,
        name: resource.name,
        project: resource.project_id,
        template: resource.template_id,
        state: resource.state,
        is_demo,
        is_stale: !resource.stale.0.is_empty(),
        change: resource.change_id,
        distance,
    })
}

/// The outputs of a resource, by name; of secrets only that they are there.
#[must_use]
pub fn outputs(resource: &Resource) -> Vec<ResourceOutput> {
    let outputs = resource.outputs.0.iter();
    outputs
        .map(|(name, output)| shown(name, output, output.value.clone()))
        .collect()
}

fn shown(name: &str, output: &Output, value: Option<serde_json::Value>) -> ResourceOutput {
    ResourceOutput {
        name: name.to_owned(),
        value_type: output.value_type.clone(),
        is_sensitive: output.is_sensitive,
        value,
        is_unknown: output.is_unknown,
    }
}

/// One output with its value. Looking at a secret needs leave to read outputs of states, and is noted.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Conflict` when the state cannot be read.
pub async fn output(ctx: &Ctx, resource: &Resource, name: &str) -> Result<ResourceOutput> {
    let missing = || Error::not_found("output", name);
    let output = resource.outputs.0.get(name).ok_or_else(missing)?;
    if !output.is_sensitive || output.is_unknown {
        return Ok(shown(name, output, output.value.clone()));
    }
    ctx.authorize(STATE_READ_OUTPUTS, &resource.target()).await?;
    let value = hidden::outputs(ctx, resource).await?.remove(name).ok_or_else(missing)?;
    let mut tx = ctx.begin().await?;
    recording::record(
        &mut tx,
        ctx,
        resource,
        "resource.output-revealed",
        json!({"output": name}),
    )
    .await?;
    tx.commit().await?;
    Ok(shown(name, output, Some(value)))
}

/// A page of what a resource was, the newest revision first.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave.
pub async fn revisions(ctx: &Ctx, resource: &Resource, page: &Page) -> Result<Listed<ResourceRevision>> {
    let found = kept::store::list(ctx.db.reader(), resource.id, page).await?;
    Ok(Listed {
        rows: found.rows.into_iter().map(revision).collect(),
        total: found.total,
    })
}

fn revision(change: ResourceChange) -> ResourceRevision {
    ResourceRevision {
        revision: change.revision.unwrap_or_default(),
        change: change.id,
        kind: change.kind,
        specification: change.specification.0,
        differences: change.differences.0,
        reason: change.reason,
        requested_by: change.requested_by,
        applied_at: change.ended_at,
    }
}
