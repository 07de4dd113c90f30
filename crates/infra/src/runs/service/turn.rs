//! Whose turn it is on a workspace, and how a phase gets into the queue.

use serde_json::json;
use slipway_kernel::queue::{self, NewItem, OnLost};
use slipway_kernel::{Ctx, Result, Tx};

use super::change;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runner_pools;
use crate::runs::model::Run;
use crate::runs::store;
use crate::workspaces::model::Workspace;

/// Kind of the queue's items that plan.
pub(crate) const PLAN: &str = "run.plan";
/// Kind of the queue's items that apply.
pub(crate) const APPLY: &str = "run.apply";

/// How often a plan is tried when its runners fall silent. An apply is never tried again.
const PLAN_ATTEMPTS: i64 = 3;

/// If the workspace is free, gives it to the run that has waited longest. The workspace must be held by the
/// transaction, so that nobody else gives it away at the same time.
pub(crate) async fn give(tx: &mut Tx, ctx: &Ctx, workspace: &mut Workspace) -> Result<()> {
    if workspace.is_locked() {
        return Ok(());
    }
    let Some(run) = store::pending(&**tx, workspace.id, 1).await?.into_iter().next() else {
        return Ok(());
    };
    let mut run = run.queue_plan(ctx.now(), "Slipway")?;
    workspace.lock_for_run(run.id, ctx.now())?;
    enqueue(tx, ctx, workspace, &run, PhaseKind::Plan).await?;
    store::update(tx, &mut run).await?;
    change::note(tx, ctx, workspace, &run).await?;
    change::record(tx, ctx, workspace, &run, "run.queued").await
}

/// Puts a phase of a run into the queue of the workspace's runner pool.
pub(crate) async fn enqueue(tx: &mut Tx, ctx: &Ctx, workspace: &Workspace, run: &Run, kind: PhaseKind) -> Result<()> {
    let pool = runner_pools::store::of_workspace(&**tx, workspace).await?;
    let item = NewItem {
        kind: match kind {
            PhaseKind::Plan => PLAN,
            PhaseKind::Apply => APPLY,
        },
        subject: run.id.to_string(),
        pool: pool.to_string(),
        organization: Some(run.organization_id),
        priority: priority(run, kind),
        run_after: None,
        max_attempts: if kind == PhaseKind::Plan { PLAN_ATTEMPTS } else { 1 },
        on_lost: if kind == PhaseKind::Plan {
            OnLost::Requeue
        } else {
            OnLost::Report
        },
        payload: json!({}),
    };
    let id = queue::enqueue(tx, ctx, item).await?;
    let phase = phases::of_run(&**tx, run.id, kind).await?;
    phases::update(tx, &phase.queued(id, ctx.now())).await
}

/// What a person confirmed comes before plans, a person's run before a commit's, and that before a pull request's and a
/// schedule's.
fn priority(run: &Run, kind: PhaseKind) -> i64 {
    match (kind, run.source.as_str()) {
        (PhaseKind::Apply, _) => 30,
        (PhaseKind::Plan, "schedule") => 10,
        (PhaseKind::Plan, "vcs") if !run.holds_workspace() => 12,
        (PhaseKind::Plan, "vcs") => 15,
        (PhaseKind::Plan, _) => 20,
    }
}
