//! What every step of a change writes: the row, and an event.

use serde_json::json;
use slipway_api::Code;
use slipway_infra::approvals::standing;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{KIND, ResourceChange};
use super::store;
use crate::resources::Resource;
use crate::templates::specification::told;

/// Writes the next version of a change, and tells of it. What was said about one that is over is not needed any more.
///
/// # Errors
///
/// `Conflict` when somebody else wrote it first.
pub(super) async fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, change): (&Resource, &ResourceChange),
    action: &'static str,
) -> Result<()> {
    write(tx, change).await?;
    if change.status.is_over() {
        standing::forget(tx, &change.id.to_string()).await?;
    }
    record(tx, ctx, (resource, change), action).await
}

/// Writes the next version of a change, of which nobody needs to hear.
///
/// # Errors
///
/// `Conflict` when somebody else wrote it first.
pub(super) async fn write(tx: &Tx, change: &ResourceChange) -> Result<()> {
    match store::update(tx, change).await? {
        true => Ok(()),
        false => Err(changed_meanwhile()),
    }
}

/// Writes the next version of a change, and tells what somebody said about it.
///
/// # Errors
///
/// `Conflict` when somebody else wrote it first.
pub(super) async fn say(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, change): (&Resource, &ResourceChange),
    (action, comment): (&'static str, &str),
) -> Result<()> {
    write(tx, change).await?;
    put(tx, ctx, (resource, change), (action, comment.trim())).await
}

/// Tells of a change; who may see the resource may see it.
pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, change): (&Resource, &ResourceChange),
    action: &'static str,
) -> Result<()> {
    let reason = change.error.as_ref().unwrap_or(&change.reason);
    put(tx, ctx, (resource, change), (action, reason)).await
}

async fn put(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, change): (&Resource, &ResourceChange),
    (action, reason): (&'static str, &str),
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(change.organization_id),
        project: Some(change.project_id),
        object_kind: KIND,
        object_id: change.id.to_string(),
        object_name: format!("{} · {}", resource.name, change.number),
        access_id: Some(resource.id.to_string()),
        changes: json!({
            "resource": resource.id,
            "kind": change.kind,
            "status": change.status,
            "fields": told(&change.differences.0),
            "run": change.run_id,
            "reason": reason,
        }),
    };
    events::record(tx, ctx, event).await
}

/// Somebody was faster.
pub(super) fn changed_meanwhile() -> Error {
    Error::new(
        Code::Conflict,
        "Somebody decided about this change at this moment. Look at it again.",
    )
}
