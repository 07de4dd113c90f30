//! Why a run does not go on by itself right now.

use slipway_api::ids::RunId;
use slipway_api::runs::{RunStatus, WaitingReason};
use slipway_kernel::queue::store as queue;
use slipway_kernel::{Ctx, Result};

use super::read::load;
use crate::approvals;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runner_pools::service::Capacity;
use crate::runner_pools::{self, Pool};
use crate::runs::model::Run;
use crate::runs::store;
use crate::workspaces::model::Workspace;
use crate::workspaces::model::lock::Lock;

/// What a run waits for.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// In a word.
    pub reason: WaitingReason,
    /// In a sentence; none when it waits for nothing.
    pub detail: Option<String>,
    /// Its place among those that wait for the same, from 1.
    pub position: Option<u64>,
    /// The run that it waits for.
    pub run: Option<RunId>,
    /// The lock that it waits for.
    pub lock: Option<Lock>,
    /// The pool whose runners it waits for, with what they do.
    pub pool: Option<(Pool, Capacity)>,
}

impl Waiting {
    fn for_nothing() -> Self {
        Self {
            reason: WaitingReason::Nothing,
            detail: None,
            position: None,
            run: None,
            lock: None,
            pool: None,
        }
    }

    fn new(reason: WaitingReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: Some(detail.into()),
            ..Self::for_nothing()
        }
    }
}

/// Why a run that the caller may see does not go on.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub async fn waiting(ctx: &Ctx, id: RunId) -> Result<Waiting> {
    let (run, workspace) = load(ctx, id).await?;
    waiting_for(ctx, &run, &workspace).await
}

/// Why a run does not go on by itself right now.
///
/// # Errors
///
/// Those of the database.
pub async fn waiting_for(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<Waiting> {
    Ok(match run.status {
        RunStatus::Pending => for_workspace(ctx, run, workspace).await?,
        RunStatus::PlanQueued => for_runner(ctx, run, workspace, PhaseKind::Plan).await?,
        RunStatus::ApplyQueued => for_runner(ctx, run, workspace, PhaseKind::Apply).await?,
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved => {
            for_people(ctx, run, workspace).await?
        }
        RunStatus::Fetching => Waiting::new(WaitingReason::Configuration, "Waits for its configuration."),
        RunStatus::Planning | RunStatus::Applying if run.cancel_requested_at.is_some() => Waiting::new(
            WaitingReason::Stopping,
            "Was asked to stop; the engine saves its state and ends.",
        ),
        _ => Waiting::for_nothing(),
    })
}

async fn for_people(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<Waiting> {
    if workspace.managed_by.is_some() {
        let detail = "Waits for what manages its workspace to decide about the plan.";
        return Ok(Waiting::new(WaitingReason::Confirmation, detail));
    }
    if let Some(standing) = approvals::runs::of_run(ctx, run, workspace).await?
        && let Some(missing) = standing.missing(ctx).await?
    {
        return Ok(Waiting::new(WaitingReason::Approval, missing));
    }
    let detail = "Waits for somebody to confirm or discard the plan.";
    Ok(Waiting::new(WaitingReason::Confirmation, detail))
}

async fn for_workspace(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<Waiting> {
    let before = store::pending_before(ctx.db.reader(), run).await?;
    let queue = match before {
        0 => String::new(),
        1 => " One run waits before this one.".to_owned(),
        more => format!(" {more} runs wait before this one."),
    };
    let position = Some(before + 1);
    if let Some(current) = workspace.current_run_id {
        let status = store::find(ctx.db.reader(), current)
            .await?
            .map(|run| run.status.as_str().replace('_', " "));
        let status = status.unwrap_or_else(|| "running".to_owned());
        let detail = format!("Waits for run {current}, which is {status}.{queue}");
        return Ok(Waiting {
            position,
            run: Some(current),
            ..Waiting::new(WaitingReason::AnotherRun, detail)
        });
    }
    Ok(match workspace.lock_description() {
        Some(lock) => Waiting {
            position,
            lock: workspace.lock.clone(),
            ..Waiting::new(WaitingReason::Lock, format!("{lock}{queue}"))
        },
        None => Waiting {
            position,
            ..Waiting::new(WaitingReason::Turn, format!("Waits for its turn.{queue}"))
        },
    })
}

async fn for_runner(ctx: &Ctx, run: &Run, workspace: &Workspace, kind: PhaseKind) -> Result<Waiting> {
    let phase = phases::of_run(ctx.db.reader(), run.id, kind).await?;
    let (pool, capacity) = runner_pools::service::capacity_for(ctx, workspace).await?;
    let name = &pool.name;
    if capacity.runners == 0 {
        let detail = format!("No runner of pool \"{name}\" is connected. Start one with `slipway runner start`.");
        return Ok(Waiting {
            pool: Some((pool, capacity)),
            ..Waiting::new(WaitingReason::NoRunner, detail)
        });
    }
    let before = match phase.work_item_id {
        Some(item) => queue::queued_before(ctx.db.reader(), item).await?,
        None => 0,
    };
    let queue = match before {
        0 => String::new(),
        1 => " One run waits before it.".to_owned(),
        more => format!(" {more} runs wait before it."),
    };
    let detail = format!("Waits for a free runner of pool \"{name}\".{queue}");
    Ok(Waiting {
        position: Some(before + 1),
        pool: Some((pool, capacity)),
        ..Waiting::new(WaitingReason::Runners, detail)
    })
}
