//! What every change of a workflow writes: the row, and an event.

use serde_json::{Value, json};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{KIND, Workflow};
use super::store;

/// Writes the next version of a workflow, and tells of it.
///
/// # Errors
///
/// `Conflict` when somebody else wrote it first.
pub(super) async fn save(tx: &mut Tx, ctx: &Ctx, workflow: &Workflow, action: &'static str) -> Result<()> {
    if !store::update(tx, workflow).await? {
        return Err(changed_meanwhile());
    }
    record(tx, ctx, workflow, action).await
}

/// The same with what is to be told of it.
///
/// # Errors
///
/// `Conflict` when somebody else wrote it first.
pub(super) async fn save_with(
    tx: &mut Tx,
    ctx: &Ctx,
    workflow: &Workflow,
    (action, changes): (&'static str, Value),
) -> Result<()> {
    if !store::update(tx, workflow).await? {
        return Err(changed_meanwhile());
    }
    tell(tx, ctx, workflow, (action, changes)).await
}

/// Tells of a workflow.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn record(tx: &mut Tx, ctx: &Ctx, workflow: &Workflow, action: &'static str) -> Result<()> {
    let changes = json!({
        "kind": workflow.kind,
        "status": workflow.status,
        "reason": workflow.reason,
    });
    tell(tx, ctx, workflow, (action, changes)).await
}

async fn tell(tx: &mut Tx, ctx: &Ctx, workflow: &Workflow, (action, changes): (&'static str, Value)) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(workflow.organization_id),
        project: workflow.project_id,
        object_kind: KIND,
        object_id: workflow.id.to_string(),
        object_name: workflow.title.clone(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

/// Somebody was faster.
pub(super) fn changed_meanwhile() -> Error {
    Error::conflict("Somebody decided about this workflow at this moment. Look at it again.")
}
