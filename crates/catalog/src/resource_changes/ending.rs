//! Changes that come to nothing: failed, rejected or canceled.

use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_infra::managed::runs;
use slipway_kernel::{Ctx, Result, Tx};

use super::facts::Known;
use super::model::ResourceChange;
use super::{confirming, recording, store, waking};
use crate::resource_imports;
use crate::resources::{Resource, service, store as resources};

/// Notes that a change failed. It stays open: somebody tries it again, or takes it back. A plan that waits is given up.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn fail(ctx: &Ctx, id: ResourceChangeId, reason: &str) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(seen) = store::find(&*tx, id).await? else {
        return Ok(());
    };
    let Some(resource) = resources::hold(&tx, seen.resource_id).await? else {
        return Ok(());
    };
    let Some(mut change) = store::hold(&tx, id).await? else {
        return Ok(());
    };
    if change.status.is_over() || change.status == ResourceChangeStatus::Failed {
        return Ok(());
    }
    give_up_plan(&mut tx, ctx, &change, reason).await?;
    change.error = Some(reason.to_owned());
    change.end(ResourceChangeStatus::Failed, ctx.now());
    recording::save(&mut tx, ctx, (&resource, &change), "resource-change.failed").await?;
    waking::around(&mut tx, ctx, &resource, &change).await?;
    tx.commit().await
}

/// A plan that nobody will confirm any more does not hold the workspace.
async fn give_up_plan(tx: &mut Tx, ctx: &Ctx, change: &ResourceChange, reason: &str) -> Result<()> {
    match change.run_id {
        Some(run) => runs::give_up(tx, ctx, run, reason).await,
        None => Ok(()),
    }
}

/// Notes that somebody ended a change by its run.
///
/// # Errors
///
/// `Conflict` when somebody decided about it meanwhile.
pub(super) async fn end(ctx: &Ctx, known: &Known, (status, reason): (ResourceChangeStatus, String)) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    change.error = Some(reason);
    end_in(&mut tx, ctx, (resource, change), status).await?;
    tx.commit().await
}

/// Ends a change as rejected or canceled: the resource stays as it is, and is free for another one.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn end_in(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, mut change): (Resource, ResourceChange),
    status: ResourceChangeStatus,
) -> Result<ResourceChange> {
    let action = match status {
        ResourceChangeStatus::Rejected => "resource-change.rejected",
        _ => "resource-change.canceled",
    };
    change.end(status, ctx.now());
    recording::save(tx, ctx, (&resource, &change), action).await?;
    let resource = service::forget_wanted(tx, ctx, resource, &change).await?;
    let resource = resource_imports::come_to_nothing(tx, ctx, resource, &change).await?;
    waking::around(tx, ctx, &resource, &change).await?;
    Ok(change)
}
