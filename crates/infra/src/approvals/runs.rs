//! Approvals of runs: a run that a rule matches waits, with its plan made, until the rule is met.

use serde_json::json;
use slipway_api::approvals::ApprovalOperation;
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Subject, Verdict};
use super::standing::{self, Standing, standing};
use super::store;
use crate::permissions::RUN_APPROVE;
use crate::runs::Run;
use crate::runs::service::decide;
use crate::workspaces::Workspace;

/// What of a run has to be approved; none when it applies nothing, or when what manages its workspace decides.
fn subject(run: &Run, workspace: &Workspace) -> Option<Subject> {
    if run.options.plan_only || workspace.managed_by.is_some() || run.status.is_final() {
        return None;
    }
    Some(Subject {
        id: run.id.to_string(),
        operation: match run.options.plan.destroy {
            true => ApprovalOperation::Destroy,
            false => ApprovalOperation::PlanAndApply,
        },
        template: None,
        tags: workspace.tags.clone(),
        scope: workspace.scope(),
        requester: run.created_by,
        permission: RUN_APPROVE,
    })
}

/// Whether a rule counts for a run: then it does not apply by itself.
pub(crate) async fn is_needed(tx: &Tx, run: &Run, workspace: &Workspace) -> Result<bool> {
    match subject(run, workspace) {
        Some(subject) => Ok(!store::matching(&**tx, &subject).await?.is_empty()),
        None => Ok(false),
    }
}

/// How a run stands; none when nothing of it has to be approved any more, or ever.
pub(crate) async fn of_run(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<Option<Standing>> {
    match subject(run, workspace) {
        Some(subject) => standing(ctx, subject).await.map(Some),
        None => Ok(None),
    }
}

/// How a run that the caller may see stands.
///
/// # Errors
///
/// `NotFound`; `Conflict` when nothing of it has to be approved any more, or ever.
pub async fn get(ctx: &Ctx, id: RunId) -> Result<Standing> {
    let (run, workspace) = crate::runs::service::load(ctx, id).await?;
    let standing = of_run(ctx, &run, &workspace).await?;
    standing.ok_or_else(|| {
        Error::conflict(match (run.status.is_final(), run.options.plan_only) {
            (true, _) => format!("Run {id} has ended: nothing of it waits for approval."),
            (_, true) => format!("Run {id} only plans: it needs no approval."),
            _ => format!("What manages workspace {} decides about its runs.", workspace.name),
        })
    })
}

/// What the caller says about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Yes or no.
    Vote(Verdict),
    /// Nothing any more.
    Withdrawn,
}

/// Approves, rejects, or takes that back. A run that applies by itself goes on with the last approval that it lacked.
///
/// # Errors
///
/// `Forbidden` for who may not; `Conflict` when the run does not wait with its plan, or when it would change nothing.
pub async fn say(ctx: &Ctx, id: RunId, said: Said, comment: &str) -> Result<Standing> {
    let (_, workspace) = crate::runs::service::load(ctx, id).await?;
    ctx.authorize(RUN_APPROVE, &workspace.target()).await?;
    standing::require_person(ctx).await?;
    let seen = get(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    let (run, workspace) = decide::fresh(&tx, id).await?;
    if !run.is_confirmable() {
        return Err(Error::conflict(format!(
            "Run {id} is {}: it can be approved or rejected while it waits with its plan.",
            run.status.as_str().replace('_', " ")
        )));
    }
    let (now, action) = match said {
        Said::Vote(verdict) => {
            let action = match verdict {
                Verdict::Approve => "run.approved",
                Verdict::Reject => "run.rejected",
            };
            (standing::vote(&tx, ctx, seen, verdict, comment).await?, action)
        }
        Said::Withdrawn => (standing::withdraw(&tx, ctx, seen).await?, "run.approval-withdrawn"),
    };
    record(&mut tx, ctx, (&run, &workspace), action, comment).await?;
    let is_yes = said == Said::Vote(Verdict::Approve);
    if is_yes && run.options.auto_apply && run.status == RunStatus::Planned && now.decision.lets_pass() {
        decide::confirm_in(&mut tx, ctx, id, "").await?;
    }
    tx.commit().await?;
    Ok(now)
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    (run, workspace): (&Run, &Workspace),
    action: &'static str,
    comment: &str,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(run.organization_id),
        project: Some(workspace.project_id),
        object_kind: "run",
        object_id: run.id.to_string(),
        object_name: format!("{} · {}", workspace.name, run.message),
        access_id: Some(workspace.id.to_string()),
        changes: json!({"status": run.status.as_str(), "comment": comment.trim()}),
    };
    events::record(tx, ctx, event).await
}
