//! What every change of a run writes, in one transaction: the run, its phases, its workspace, the directory, an event.

use serde_json::json;
use slipway_api::runs::{PhaseStatus, RunStatus};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::{NewItem, enqueue, store as queue};
use slipway_kernel::{Ctx, Result, Tx, directory};

use super::turn;
use crate::jobs::SEAL_LOGS;
use crate::managed;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::pull_requests::service::keep_lock;
use crate::runs::model::Run;
use crate::runs::store;
use crate::workspaces::model::Workspace;
use crate::workspaces::store as workspaces;

/// Writes `run` after a transition, and everything that follows from its new status. A workspace that becomes free is
/// given to the next run that waits.
pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: &mut Workspace,
    run: &mut Run,
    action: &'static str,
) -> Result<()> {
    store::update(tx, run).await?;
    ctx.metrics.run_reached(run.status.as_str());
    if run.status.is_final() {
        end_phases(tx, ctx, run).await?;
        managed::values::settle(tx, run).await?;
    }
    let frees = run.status.is_final() || run.status == RunStatus::PlannedAndSaved;
    if frees {
        workspace.release_run(run.id);
        keep_lock(tx, ctx, workspace, run).await?;
    }
    note(tx, ctx, workspace, run).await?;
    record(tx, ctx, workspace, run, action).await?;
    if frees {
        turn::give(tx, ctx, workspace).await
    } else {
        Ok(())
    }
}

/// Writes the workspace, with the run as its newest if it is.
pub(crate) async fn note(tx: &Tx, ctx: &Ctx, workspace: &mut Workspace, run: &Run) -> Result<()> {
    if run.is_of_workspace() {
        workspace.note_run(run.id, run.status, ctx.now());
        if let Some(status) = &workspace.latest_run_status {
            directory::store::set_status(tx, &workspace.id.to_string(), status).await?;
        }
    }
    workspaces::update(tx, workspace).await
}

/// Records an event about a run; who may see the workspace's runs may see it.
pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: &Workspace,
    run: &Run,
    action: &'static str,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(run.organization_id),
        project: Some(workspace.project_id),
        object_kind: "run",
        object_id: run.id.to_string(),
        object_name: format!("{} · {}", workspace.name, run.message),
        access_id: Some(workspace.id.to_string()),
        changes: json!({ "status": run.status.as_str(), "reason": run.error_message }),
    };
    events::record(tx, ctx, event).await
}

/// A run that is done leaves no phase waiting and no item in the queue.
async fn end_phases(tx: &mut Tx, ctx: &Ctx, run: &Run) -> Result<()> {
    for kind in [PhaseKind::Plan, PhaseKind::Apply] {
        let phase = phases::of_run(&**tx, run.id, kind).await?;
        if phase.is_final() {
            continue;
        }
        if let Some(item) = phase.work_item_id {
            queue::withdraw(tx, item, ctx.now()).await?;
        }
        let status = match (phase.status, run.status) {
            (PhaseStatus::Pending, _) => PhaseStatus::Unreachable,
            (_, RunStatus::Errored) => PhaseStatus::Errored,
            _ => PhaseStatus::Canceled,
        };
        let seal = NewItem::job(SEAL_LOGS, &phase.id, json!({}));
        phases::update(tx, &phase.ended(status, ctx.now())).await?;
        enqueue(tx, ctx, seal).await?;
    }
    Ok(())
}
