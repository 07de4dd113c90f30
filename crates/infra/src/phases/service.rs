//! Reading phases: access is decided by the run's workspace.

use bytes::Bytes;
use serde_json::json;
use slipway_api::ids::{ApplyId, PlanId, RunId};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Phase, PhaseKind};
use super::store;
use crate::permissions::STATE_READ;
use crate::{runs, workspaces};

/// A plan that the caller may see.
pub(crate) async fn plan(ctx: &Ctx, id: PlanId) -> Result<Phase> {
    of_run(ctx, id.counterpart(), PhaseKind::Plan)
        .await
        .map_err(|error| renamed(error, "plan", &id.to_string()))
}

/// An apply that the caller may see.
pub(super) async fn apply(ctx: &Ctx, id: ApplyId) -> Result<Phase> {
    of_run(ctx, id.counterpart(), PhaseKind::Apply)
        .await
        .map_err(|error| renamed(error, "apply", &id.to_string()))
}

pub(super) async fn of_run(ctx: &Ctx, run: RunId, kind: PhaseKind) -> Result<Phase> {
    let run = runs::service::get(ctx, run).await?;
    store::of_run(ctx.db.reader(), run.id, kind).await
}

/// The plan's JSON form. It has the values of states in it, secret ones too, so it needs what a state needs, and its reading
/// is recorded.
pub(super) async fn plan_json(ctx: &Ctx, phase: &Phase) -> Result<Bytes> {
    let run = runs::store::get(ctx.db.reader(), phase.run_id).await?;
    let workspace = workspaces::store::get(ctx.db.reader(), run.workspace_id).await?;
    ctx.authorize(STATE_READ, &workspace.target()).await?;
    let Some(address) = &phase.plan_json_address else {
        return Err(Error::new(
            slipway_api::Code::NotFound,
            "There is no JSON form of this plan: it is not finished, it failed, or retention removed it.",
        ));
    };
    let bytes = ctx.blobs.get(ctx, phase.organization_id, address).await?;
    let plan: PlanId = phase.run_id.counterpart();
    let event = NewEvent {
        action: "plan.downloaded",
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "plan",
        object_id: plan.to_string(),
        object_name: format!("plan of {}", workspace.name),
        access_id: Some(workspace.id.to_string()),
        changes: json!({ "run": phase.run_id }),
    };
    let mut tx = ctx.begin().await?;
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    Ok(bytes)
}

/// A missing run is a missing plan to a caller who asked for the plan.
fn renamed(error: Error, kind: &str, id: &str) -> Error {
    if error.code() == slipway_api::Code::NotFound {
        Error::not_found(kind, id)
    } else {
        error
    }
}
