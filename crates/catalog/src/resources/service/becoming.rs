//! What a resource becomes when a change of it is over, in the transaction that notes that.

use serde_json::json;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_kernel::{Ctx, Result, Tx};

use super::super::model::{Resource, Stale};
use super::super::uniqueness::Unique;
use super::super::{loading, planned_secrets, recording, sealing, store, writing};
use super::changed_meanwhile;
use crate::resource_changes::ResourceChange;
use crate::templates::Template;
use crate::templates::specification::told;

/// The resource becomes what an applied change says, from its row as it is held, with the outputs that it has by now. What it
/// should have been brought up to date for before the run was given its values is done.
///
/// # Errors
///
/// `PreconditionFailed` when the row is another by now.
pub async fn become_applied(tx: &mut Tx, ctx: &Ctx, resource: Resource, change: &ResourceChange) -> Result<Resource> {
    let template = loading::template(&**tx, &resource).await?;
    match change.kind {
        ResourceChangeKind::Create | ResourceChangeKind::Update => {
            described(tx, ctx, (resource, &template), change).await
        }
        ResourceChangeKind::Destroy => destroyed(tx, ctx, (resource, &template)).await,
    }
}

async fn described(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, template): (Resource, &Template),
    change: &ResourceChange,
) -> Result<Resource> {
    let organization = resource.organization_id;
    let secrets = sealing::opened(ctx, &**tx, (organization, &change.place()), change.sealed.as_deref()).await?;
    let sealed = sealing::sealed(ctx, &**tx, (organization, &resource.place()), &secrets).await?;
    let specification = change.specification.0.clone();
    let mut next = resource.applied(specification, sealed, ctx.now());
    next.stale = Stale(match change.resolved_at {
        Some(taken) => next.stale.0.into_iter().filter(|reason| reason.since > taken).collect(),
        None => next.stale.0,
    });
    save(tx, &next).await?;
    settle(tx, (&next, template)).await?;
    let fields = told(&change.differences.0);
    let changes = json!({"revision": next.revision, "change": change.id, "fields": fields});
    recording::record(tx, ctx, &next, "resource.applied", changes).await?;
    Ok(next)
}

async fn destroyed(tx: &mut Tx, ctx: &Ctx, (resource, template): (Resource, &Template)) -> Result<Resource> {
    let next = resource.destroyed(ctx.now());
    save(tx, &next).await?;
    planned_secrets::store::remove(tx, next.id).await?;
    settle(tx, (&next, template)).await?;
    recording::record(tx, ctx, &next, "resource.destroyed", json!({})).await?;
    Ok(next)
}

/// What only a change wanted that came to nothing is let go, and the resource is free for another.
///
/// # Errors
///
/// `PreconditionFailed` when the row is another by now.
pub async fn forget_wanted(tx: &mut Tx, ctx: &Ctx, resource: Resource, change: &ResourceChange) -> Result<Resource> {
    if resource.change_id != Some(change.id) {
        return Ok(resource);
    }
    let template = loading::template(&**tx, &resource).await?;
    let next = resource.with_change(None, ctx.now());
    save(tx, &next).await?;
    settle(tx, (&next, &template)).await?;
    Ok(next)
}

async fn save(tx: &Tx, resource: &Resource) -> Result<()> {
    match store::update(tx, resource).await? {
        true => Ok(()),
        false => Err(changed_meanwhile()),
    }
}

/// What goes with the row is that of the resource as it is, and nothing more.
async fn settle(tx: &Tx, (resource, template): (&Resource, &Template)) -> Result<()> {
    match resource.holding() {
        Some(specification) => {
            let unique = writing::unique_of(tx, (resource, template), specification).await?;
            writing::hold_on(tx, (resource, template), &[specification], unique).await
        }
        None => writing::hold_on(tx, (resource, template), &[], Unique::default()).await,
    }
}
