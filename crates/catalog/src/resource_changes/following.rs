//! Bringing resources up to date that stand on something new, as their project wants it: the server's job.

use slipway_api::ids::ResourceId;
use slipway_api::resource_changes::{ResourceChangeKind, WhenStale};
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::{Ctx, Result};

use super::model::{ResourceChange, Wanted};
use super::opening;
use crate::project_rules::store as rules;
use crate::resources::model::StaleReason;
use crate::resources::{Resource, store as resources};

/// Most reasons that are told one by one.
const TOLD: usize = 5;

/// Opens a change of the resource that is the item's subject, if it needs one and its project says so.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no resource", item.subject)))?;
    Ok(follow(ctx, id).await?)
}

/// Does it. A resource whose parents are being changed waits for them: its turn comes when they are done.
///
/// # Errors
///
/// Those of the database.
pub async fn follow(ctx: &Ctx, id: ResourceId) -> Result<()> {
    let Some(resource) = resources::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    if resource.stale.0.is_empty() || resource.change_id.is_some() || waits_for_parents(ctx, &resource).await? {
        return Ok(());
    }
    let of = (resource.organization_id, resource.project_id);
    let when_stale = rules::of_project(ctx.db.reader(), of).await?.when_stale;
    let auto_apply = match when_stale {
        WhenStale::Notify => return Ok(()),
        WhenStale::Plan => false,
        WhenStale::Apply => true,
    };
    let parents = resource
        .stale
        .0
        .iter()
        .filter_map(|reason| reason.parent)
        .collect::<Vec<_>>();
    let parents = resources::of_ids(ctx.db.reader(), resource.organization_id, &parents).await?;
    let wanted = Wanted {
        kind: ResourceChangeKind::Update,
        specification: resource.specification.0.clone(),
        sealed: None,
        id: ctx.new_id()?,
        differences: Vec::new(),
        reason: told(&resource.stale.0, &parents),
        auto_apply,
        request_key: None,
    };
    opening::as_it_is(ctx, &resource, wanted)
        .await
        .map(|_: Option<ResourceChange>| ())
}

async fn waits_for_parents(ctx: &Ctx, resource: &Resource) -> Result<bool> {
    let parents = &resource.specification.0.parents;
    let parents = resources::of_ids(ctx.db.reader(), resource.organization_id, parents).await?;
    Ok(parents.iter().any(|parent| parent.change_id.is_some()))
}

/// Why, for people: `Stale: output vpc_id of network-1 changed.`
pub(crate) fn told(reasons: &[StaleReason], parents: &[Resource]) -> String {
    let of = |reason: &StaleReason| {
        let Some(id) = reason.parent else {
            return "the project".to_owned();
        };
        let parent = parents.iter().find(|parent| parent.id == id);
        parent.map_or_else(|| id.to_string(), |parent| parent.name.to_string())
    };
    let told = reasons.iter().take(TOLD);
    let mut told: Vec<String> = told
        .map(|reason| format!("{} {} of {}", reason.what, reason.name, of(reason)))
        .collect();
    if reasons.len() > TOLD {
        told.push(format!("{} more", reasons.len() - TOLD));
    }
    format!("Stale: {} changed.", told.join(", "))
}
