//! Confirming a change: its run's plan, and nothing else, is applied; of a demo, nothing.

use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_infra::managed::runs;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::decide::{Ground, Leave, Run};
use super::facts::Known;
use super::model::ResourceChange;
use super::{ground, leave, recording, store, waking};
use crate::resources::Resource;
use crate::resources::store as resources;

/// Confirms a change that waits and that nothing stands in the way of. The caller may do so.
///
/// # Errors
///
/// `Conflict`, saying what is missing; or when somebody decided about it meanwhile.
pub(super) async fn confirm(ctx: &Ctx, known: &Known, words: &str) -> Result<ResourceChange> {
    let missing = leave::missing(ctx, known.standing.as_ref()).await?;
    if known.facts.leave == Leave::Missing {
        return Err(Error::conflict(
            missing.unwrap_or_else(|| "It waits for approval.".to_owned()),
        ));
    }
    if let Ground::Coming(reason) | Ground::Lost(reason) = &known.facts.ground {
        return Err(Error::conflict(reason.clone()));
    }
    let mut tx = ctx.begin().await?;
    let (resource, change) = held(&tx, &known.change).await?;
    if let Some(standing) = &known.standing {
        standing.require(&tx, missing.as_deref()).await?;
    }
    let change = confirm_in(&mut tx, ctx, (&resource, change, known.facts.run), words).await?;
    tx.commit().await?;
    Ok(change)
}

/// The change and its resource as they are inside the transaction, if they are as they were. What the resource stands on is
/// held, too.
pub(super) async fn held(tx: &Tx, seen: &ResourceChange) -> Result<(Resource, ResourceChange)> {
    let mut ids = seen.specification.0.parents.clone();
    ids.push(seen.resource_id);
    let held = resources::hold_all(tx, &ids).await?;
    let resource = held.into_iter().find(|one| one.id == seen.resource_id);
    let change = store::hold(tx, seen.id).await?;
    match (resource, change) {
        (Some(resource), Some(change)) if change.version == seen.version => Ok((resource, change)),
        _ => Err(recording::changed_meanwhile()),
    }
}

/// The same where it is known that nothing is missing. What needs no run is applied by the server's job, soon.
pub(super) async fn confirm_in(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, mut change, run): (&Resource, ResourceChange, Run),
    words: &str,
) -> Result<ResourceChange> {
    require_waiting(&change)?;
    if let Ground::Coming(reason) | Ground::Lost(reason) =
        ground::of(change.kind, &store::around(&**tx, &change).await?)
    {
        return Err(Error::conflict(reason));
    }
    if run == Run::NotNeeded {
        waking::look(tx, ctx, &change).await?;
        return Ok(change);
    }
    match (run, change.run_id) {
        // Its plan cannot be applied by anybody.
        (Run::Shown, _) => waking::look(tx, ctx, &change).await?,
        (_, Some(run)) => runs::confirm(tx, ctx, run, words).await.map(|_| ())?,
        (_, None) => return Err(Error::internal(format!("{} waits without a run", change.id))),
    }
    change.status = ResourceChangeStatus::Applying;
    change.detail = None;
    change.touch(ctx.now());
    recording::save(tx, ctx, (resource, &change), "resource-change.confirmed").await?;
    Ok(change)
}

/// Refuses what does not wait for people.
pub(super) fn require_waiting(change: &ResourceChange) -> Result<()> {
    if change.status == ResourceChangeStatus::Waiting {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "Change {} is {}: it can be decided about while it waits with its plan.",
        change.number,
        word(change.status)
    ))
    .with_meta("status", word(change.status)))
}

/// A status in a word.
pub(super) const fn word(status: ResourceChangeStatus) -> &'static str {
    match status {
        ResourceChangeStatus::Planning => "planning",
        ResourceChangeStatus::Waiting => "waiting",
        ResourceChangeStatus::Applying => "applying",
        ResourceChangeStatus::Applied => "applied",
        ResourceChangeStatus::Failed => "failed",
        ResourceChangeStatus::Rejected => "rejected",
        ResourceChangeStatus::Canceled => "canceled",
    }
}
