//! A change that was carried out: the resource becomes what it says, and those that stand on it hear of it.

use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_kernel::{Ctx, Result};

use super::facts::Known;
use super::{outputs, recording, spreading, store, waking};
use crate::resource_imports;
use crate::resources::planned_secrets::store as planned_secrets;
use crate::resources::{service, store as resources};

/// Notes it, all in one transaction. Called again after it was noted it does nothing.
///
/// # Errors
///
/// `Conflict` when somebody else wrote one of the rows meanwhile.
pub(super) async fn succeed(ctx: &Ctx, known: &Known) -> Result<()> {
    let seen = &known.change;
    let found = outputs::of(ctx, known).await?;
    let mut tx = ctx.begin().await?;
    // Its row first: whoever starts a run on it from now on waits, and reads what is new.
    let before = resources::hold(&tx, seen.resource_id).await?;
    let before = before.ok_or_else(recording::changed_meanwhile)?;
    let above = store::above(&*tx, seen.resource_id).await?;
    let held = resources::hold_all(&tx, &above).await?;
    let mut change = match store::hold(&tx, seen.id).await? {
        Some(change) if change.version == seen.version => change,
        _ => return Err(recording::changed_meanwhile()),
    };
    let mut now = before.clone();
    now.outputs = found.outputs;
    let after = service::become_applied(&mut tx, ctx, now, &change).await?;
    if let Some(secrets) = found.secrets {
        planned_secrets::put(&tx, secrets).await?;
    }
    // A destruction makes none.
    change.revision = (after.revision != before.revision).then_some(after.revision);
    change.end(ResourceChangeStatus::Applied, ctx.now());
    recording::save(&mut tx, ctx, (&after, &change), "resource-change.applied").await?;
    match change.kind {
        ResourceChangeKind::Destroy => resource_imports::destroyed(&mut tx, ctx, &after).await?,
        ResourceChangeKind::Create | ResourceChangeKind::Update => {
            resource_imports::done(&mut tx, ctx, &after, &change).await?;
        }
    }
    spreading::spread(&mut tx, ctx, (&before, &after), held).await?;
    waking::around(&mut tx, ctx, &after, &change).await?;
    tx.commit().await
}
