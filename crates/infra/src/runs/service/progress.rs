//! What runners bring about: a phase was claimed, completed, or lost.

use slipway_api::ids::{RunId, RunnerId};
use slipway_api::runner::{Completion, Outcome};
use slipway_api::runs::{PhaseStatus, RunStatus, UnaccountedResource};
use slipway_kernel::queue::{WorkItem, store as queue};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::{change, commit, turn};
use crate::approvals;
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::model::{Planned, Run};
use crate::runs::store;
use crate::states;
use crate::workspaces::store as workspaces;

/// A runner claimed the phase of `item`: the run is planning or applying. In the claim's own transaction.
pub(crate) async fn claimed(
    tx: &mut Tx,
    ctx: &Ctx,
    item: &WorkItem,
    runner: RunnerId,
    by: &str,
) -> Result<(Run, Phase)> {
    let phase = phases::of_item(&**tx, item.id).await?.started(runner, ctx.now());
    phases::update(tx, &phase).await?;
    let run = store::get(&**tx, phase.run_id).await?;
    // A plan whose runner fell silent comes here a second time, and an apply that its runner never began.
    let run = match run.status {
        RunStatus::Planning => run.requeue_plan(ctx.now())?,
        RunStatus::Applying => run.requeue_apply(ctx.now())?,
        _ => run,
    };
    let mut run = run.start(ctx.now(), by)?;
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    change::write(tx, ctx, &mut workspace, &mut run, "run.started").await?;
    Ok((run, phase))
}

/// A runner said how its phase ended.
pub(crate) async fn completed(tx: &mut Tx, ctx: &Ctx, item: &WorkItem, completion: &Completion) -> Result<Run> {
    queue::finish(tx, item.id, item.fence, ctx.now()).await?;
    let phase = phases::of_item(&**tx, item.id).await?.completed(completion, ctx.now());
    phases::update(tx, &phase).await?;
    let run = store::get(&**tx, phase.run_id).await?;
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    let needs_approval = phase.kind == PhaseKind::Plan && approvals::runs::is_needed(tx, &run, &workspace).await?;
    let run = conclude(ctx, run, phase.kind, (completion, needs_approval))?;
    let mut run = commit::give_way(tx, ctx, run).await?;
    run.unaccounted.0.extend(completion.unaccounted.iter().cloned());
    if run.status == RunStatus::Applied {
        states::store::settle(tx, run.id).await?;
    }
    if run.status == RunStatus::ApplyQueued {
        turn::enqueue(tx, ctx, &workspace, &run, PhaseKind::Apply).await?;
    }
    let action = match run.status {
        RunStatus::Canceled => "run.canceled",
        RunStatus::Discarded => "run.superseded",
        _ => ended_action(completion.outcome, phase.kind),
    };
    change::write(tx, ctx, &mut workspace, &mut run, action).await?;
    Ok(run)
}

/// The status that an outcome leads to.
fn conclude(ctx: &Ctx, run: Run, kind: PhaseKind, (completion, needs_approval): (&Completion, bool)) -> Result<Run> {
    let now = ctx.now();
    let reason = |fallback: &str| completion.message.clone().unwrap_or_else(|| fallback.to_owned());
    match (completion.outcome, kind) {
        (Outcome::Succeeded, PhaseKind::Plan) => {
            // Moved or forgotten resources change nothing that is counted; the engine's exit code 2 knows of them.
            let seen = Planned {
                has_changes: completion.exit_code == Some(2),
                needs_approval,
            };
            run.finish_plan(&completion.counts, seen, now)
        }
        (Outcome::Succeeded, PhaseKind::Apply) => run.finish_apply(now),
        (Outcome::Failed, PhaseKind::Plan) => run.fail(now, reason("The plan failed. Its log says why.")),
        (Outcome::Failed, PhaseKind::Apply) => run.fail(
            now,
            reason("The apply failed. Its log says why; what was done before is in the state. Plan again to go on."),
        ),
        (Outcome::Canceled, _) => run.canceled(now, reason("Stopped on request.")),
        (Outcome::TimedOut, _) => run.fail(now, reason("It took longer than it may and was stopped.")),
    }
}

/// The event that goes with the end of a phase.
const fn ended_action(outcome: Outcome, kind: PhaseKind) -> &'static str {
    match (outcome, kind) {
        (Outcome::Succeeded, PhaseKind::Plan) => "run.planned",
        (Outcome::Succeeded, PhaseKind::Apply) => "run.applied",
        (Outcome::Failed | Outcome::TimedOut, _) => "run.errored",
        (Outcome::Canceled, _) => "run.canceled",
    }
}

/// The context of a claimed phase cannot be made: nothing was started, and the run says why.
pub(crate) async fn unstartable(tx: &mut Tx, ctx: &Ctx, item: &WorkItem, error: &Error) -> Result<()> {
    queue::finish(tx, item.id, item.fence, ctx.now()).await?;
    let run_id: RunId = item
        .subject
        .parse()
        .map_err(|_| Error::internal("work item without a run"))?;
    let run = store::get(&**tx, run_id).await?;
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    let mut run = run.fail(ctx.now(), format!("The run could not be prepared: {}", error.detail()))?;
    change::write(tx, ctx, &mut workspace, &mut run, "run.errored").await
}

/// The runner of a phase that may not be repeated fell silent: the run ends with what is known.
pub(crate) async fn lost(tx: &mut Tx, ctx: &Ctx, item: &WorkItem, unaccounted: Vec<UnaccountedResource>) -> Result<()> {
    queue::withdraw(tx, item.id, ctx.now()).await?;
    let phase = phases::of_item(&**tx, item.id).await?;
    let run = store::get(&**tx, phase.run_id).await?;
    if run.status.is_final() {
        return Ok(());
    }
    phases::update(tx, &phase.clone().ended(PhaseStatus::Errored, ctx.now())).await?;
    let reason = match phase.kind {
        PhaseKind::Plan => {
            "The runner was lost while planning, several times. Nothing was changed. Look at the runner's own log, then \
             start another run."
        }
        PhaseKind::Apply => {
            "The runner was lost while applying. The states that arrived are kept. Resources that may exist outside the \
             state are listed with the run; import or remove them, then plan again."
        }
    };
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    let mut run = run.fail(ctx.now(), reason)?;
    run.unaccounted.0 = unaccounted;
    change::write(tx, ctx, &mut workspace, &mut run, "run.errored").await
}
