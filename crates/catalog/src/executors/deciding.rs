//! What people decide about a run of an executor: confirm, discard, cancel, approve, reject.

use serde_json::{Map, json};
use slipway_api::approvals::ApprovalOperation;
use slipway_api::executors::{ExecutorDecision, ExecutorOperation};
use slipway_api::ids::{ExecutorId, RunId};
use slipway_infra::approvals::runs::Said;
use slipway_infra::approvals::standing::{self, standing};
use slipway_infra::approvals::{Standing, Subject, Verdict};
use slipway_infra::managed;
use slipway_infra::runs::Run;
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Executor, KIND};
use super::runs::{Started, needed};
use super::{following, running, service, store, writing};
use crate::permissions::{EXECUTOR_APPROVE, EXECUTOR_READ, EXECUTOR_RUN_APPLY, EXECUTOR_RUN_CANCEL};

/// A run of an executor.
#[derive(Debug, Clone)]
pub(crate) struct Meant {
    /// The executor.
    pub executor: Executor,
    /// What is kept of the run.
    pub started: Started,
    /// The run.
    pub run: Run,
}

impl Meant {
    /// What of it has to be approved; none when it applies nothing, or nothing any more.
    fn subject(&self) -> Option<Subject> {
        if self.run.options.plan_only || self.run.status.is_final() {
            return None;
        }
        Some(Subject {
            id: self.run.id.to_string(),
            operation: match self.started.operation {
                ExecutorOperation::Destroy => ApprovalOperation::Destroy,
                _ => ApprovalOperation::PlanAndApply,
            },
            template: None,
            tags: self.executor.tags(),
            scope: self.executor.scope(),
            requester: self.run.created_by,
            permission: EXECUTOR_APPROVE,
        })
    }

    /// How it stands; none when nothing of it has to be approved any more, or ever.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn standing(&self, ctx: &Ctx) -> Result<Option<Standing>> {
        match self.subject() {
            Some(subject) => standing(ctx, subject).await.map(Some),
            None => Ok(None),
        }
    }
}

/// A run of an executor that the caller may see.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub(crate) async fn load(ctx: &Ctx, id: ExecutorId, run: RunId) -> Result<Meant> {
    let executor = service::load(ctx, id, EXECUTOR_READ).await?;
    named(ctx, executor, run).await
}

async fn named(ctx: &Ctx, executor: Executor, run: RunId) -> Result<Meant> {
    let started = store::find_run(ctx.db.reader(), run).await?;
    let started = started.filter(|started| started.executor_id == executor.id);
    let started = started.ok_or_else(|| Error::not_found("run", run))?;
    let run = managed::runs::get(ctx, run).await?;
    Ok(Meant { executor, started, run })
}

/// The run that was named, or the oldest that is not done.
async fn named_or_oldest(ctx: &Ctx, id: ExecutorId, decision: &ExecutorDecision) -> Result<Meant> {
    let executor = service::load(ctx, id, EXECUTOR_READ).await?;
    match decision.run {
        Some(run) => named(ctx, executor, run).await,
        None => match running::in_the_way(ctx, &executor).await? {
            Some(run) => named(ctx, executor, run.id).await,
            None => Err(Error::conflict(format!(
                "No run of the executor \"{}\" runs or waits.",
                executor.name
            ))),
        },
    }
}

/// Yes and no are said to what was looked at, and to nothing that came since.
fn require_named(decision: &ExecutorDecision) -> Result<RunId> {
    decision
        .run
        .ok_or_else(|| Error::invalid("/run", "Say which run you looked at."))
}

/// Says yes to a plan: exactly that is applied.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when there is nothing to confirm, or when approvals are missing.
pub(crate) async fn confirm(ctx: &Ctx, id: ExecutorId, decision: &ExecutorDecision) -> Result<Meant> {
    let meant = load(ctx, id, require_named(decision)?).await?;
    for permission in needed(meant.started.operation) {
        ctx.authorize(*permission, &meant.executor.target()).await?;
    }
    apply(ctx, meant, &decision.comment).await
}

/// The same for who may say so: also for a run that applies by itself.
///
/// # Errors
///
/// `Conflict` when there is nothing to confirm, or when approvals are missing.
pub(crate) async fn apply(ctx: &Ctx, meant: Meant, words: &str) -> Result<Meant> {
    // Refused by its status first.
    meant.run.clone().confirm(ctx.now(), &ctx.actor().name())?;
    let standing = meant.standing(ctx).await?;
    let missing = match &standing {
        Some(standing) => standing.missing(ctx).await?,
        None => None,
    };
    let mut tx = ctx.begin().await?;
    let executor = hold(&tx, &meant.executor).await?;
    if let Some(standing) = &standing {
        standing.require(&tx, missing.as_deref()).await?;
    }
    let run = managed::runs::confirm(&mut tx, ctx, meant.run.id, words).await?;
    let meant = Meant { executor, run, ..meant };
    tell(&mut tx, ctx, &meant, "executor.run-confirmed", words).await?;
    tx.commit().await?;
    Ok(meant)
}

/// Says no to a plan, or takes a run back that waits for its turn.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it is past that.
pub(crate) async fn discard(ctx: &Ctx, id: ExecutorId, decision: &ExecutorDecision) -> Result<Meant> {
    let meant = named_or_oldest(ctx, id, decision).await?;
    ctx.authorize(EXECUTOR_RUN_APPLY, &meant.executor.target()).await?;
    let mut tx = ctx.begin().await?;
    let executor = hold(&tx, &meant.executor).await?;
    let run = managed::runs::discard(&mut tx, ctx, meant.run.id, &decision.comment).await?;
    let meant = Meant { executor, run, ..meant };
    tell(&mut tx, ctx, &meant, "executor.run-discarded", &decision.comment).await?;
    tx.commit().await?;
    Ok(meant)
}

/// Asks a run to stop.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it is done or waits for a decision.
pub(crate) async fn cancel(ctx: &Ctx, id: ExecutorId, decision: &ExecutorDecision) -> Result<Meant> {
    let meant = named_or_oldest(ctx, id, decision).await?;
    ctx.authorize(EXECUTOR_RUN_CANCEL, &meant.executor.target()).await?;
    let mut tx = ctx.begin().await?;
    let executor = hold(&tx, &meant.executor).await?;
    let run = managed::runs::cancel(&mut tx, ctx, meant.run.id, &decision.comment).await?;
    let meant = Meant { executor, run, ..meant };
    tell(&mut tx, ctx, &meant, "executor.run-canceled", &decision.comment).await?;
    tx.commit().await?;
    Ok(meant)
}

/// Approves, rejects, or takes that back. A run that applies by itself goes on with the last approval that it lacked.
///
/// # Errors
///
/// `Forbidden` for who may not; `Conflict` when the run does not wait with its plan, or when it would change nothing.
pub(crate) async fn say(ctx: &Ctx, id: ExecutorId, said: Said, decision: &ExecutorDecision) -> Result<Standing> {
    let meant = load(ctx, id, require_named(decision)?).await?;
    ctx.authorize(EXECUTOR_APPROVE, &meant.executor.target()).await?;
    standing::require_person(ctx).await?;
    let seen = meant
        .standing(ctx)
        .await?
        .ok_or_else(|| nothing_to_approve(&meant.run))?;
    let is_yes = said == Said::Vote(Verdict::Approve);
    let starter = match is_yes && meant.started.auto_apply {
        true => following::entitled(ctx, &meant).await?,
        false => None,
    };
    let mut tx = ctx.begin().await?;
    let executor = hold(&tx, &meant.executor).await?;
    let run = managed::runs::hold(&tx, meant.run.id).await?;
    if !run.is_confirmable() {
        return Err(Error::conflict(format!(
            "Run {} is {}: it can be approved or rejected while it waits with its plan.",
            run.id,
            run.status.as_str().replace('_', " ")
        )));
    }
    let mut meant = Meant { executor, run, ..meant };
    let (now, action) = match said {
        Said::Vote(verdict) => {
            let action = match verdict {
                Verdict::Approve => "executor.run-approved",
                Verdict::Reject => "executor.run-rejected",
            };
            let now = standing::vote(&tx, ctx, seen, verdict, &decision.comment).await?;
            (now, action)
        }
        Said::Withdrawn => {
            let now = standing::withdraw(&tx, ctx, seen).await?;
            (now, "executor.run-approval-withdrawn")
        }
    };
    if let Some(starter) = starter.filter(|_| now.decision.lets_pass()) {
        meant.run = managed::runs::confirm(&mut tx, &starter, meant.run.id, "").await?;
    }
    tell(&mut tx, ctx, &meant, action, &decision.comment).await?;
    tx.commit().await?;
    Ok(now)
}

fn nothing_to_approve(run: &Run) -> Error {
    Error::conflict(match run.options.plan_only {
        true => format!("Run {} only plans: it needs no approval.", run.id),
        false => format!("Run {} has ended: nothing of it waits for approval.", run.id),
    })
}

/// The executor, before its workspace: who starts a run takes them in this order.
async fn hold(tx: &Tx, executor: &Executor) -> Result<Executor> {
    let held = store::hold(tx, executor.id).await?;
    held.ok_or_else(|| Error::not_found(KIND, executor.id))
}

/// Notes where the run stands now, and tells what was said of it.
async fn tell(tx: &mut Tx, ctx: &Ctx, meant: &Meant, action: &'static str, words: &str) -> Result<()> {
    writing::note(tx, &meant.executor, &meant.run).await?;
    let mut changes = Map::new();
    changes.insert("status".to_owned(), json!(meant.run.status.as_str()));
    changes.insert("comment".to_owned(), json!(words.trim()));
    writing::record_run(tx, ctx, (&meant.executor, &meant.started), action, changes).await
}
