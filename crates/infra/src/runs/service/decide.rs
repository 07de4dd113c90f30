//! What people decide about a run: confirm, discard, cancel, force-cancel, comment.

use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_kernel::grants::Permission;
use slipway_kernel::queue::{model::Stop, store as queue};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::{change, turn};
use crate::approvals;
use crate::managed;
use crate::permissions::{RUN_APPLY, RUN_CANCEL, RUN_DESTROY, RUN_FORCE_CANCEL, RUN_READ};
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::pull_requests::service::take_lock;
use crate::runs::model::Run;
use crate::runs::{comments, reconcile, store};
use crate::workspaces::model::Workspace;
use crate::workspaces::store as workspaces;

/// Says yes to a plan: its apply is queued. What a pull request locked its own plan may change.
///
/// # Errors
///
/// `Conflict` when there is nothing to confirm, when approvals are missing, or when somebody else holds the workspace (only
/// for a saved plan).
pub async fn confirm(ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (run, workspace) = authorized(ctx, id, RUN_APPLY).await?;
    managed::require_own(ctx, &workspace).await?;
    if run.options.plan.destroy {
        ctx.authorize(RUN_DESTROY, &workspace.target()).await?;
    }
    // Refused by its status first; what may still become confirmable is asked for its approvals all the same.
    run.clone().confirm(ctx.now(), &ctx.actor().name())?;
    let approvals = approvals::runs::of_run(ctx, &run, &workspace).await?;
    let missing = match &approvals {
        Some(standing) => standing.missing(ctx).await?,
        None => None,
    };
    let mut tx = ctx.begin().await?;
    if let Some(standing) = &approvals {
        standing.require(&tx, missing.as_deref()).await?;
    }
    let run = confirm_in(&mut tx, ctx, id, words).await?;
    tx.commit().await?;
    Ok(run)
}

/// The same for who may say so, and when nothing is missing.
pub(crate) async fn confirm_in(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (run, mut workspace) = fresh(tx, id).await?;
    let was_saved = run.status == RunStatus::PlannedAndSaved;
    let mut run = run.confirm(ctx.now(), &ctx.actor().name())?;
    if was_saved {
        take_lock(tx, &mut workspace, &run).await?;
        workspace.lock_for_run(run.id, ctx.now())?;
    }
    turn::enqueue(tx, ctx, &workspace, &run, PhaseKind::Apply).await?;
    change::write(tx, ctx, &mut workspace, &mut run, "run.confirmed").await?;
    add_words(tx, ctx, &run, words).await?;
    Ok(run)
}

/// Says no to a plan, or takes a run back that waits for its turn.
///
/// # Errors
///
/// `Conflict` when it is past that.
pub async fn discard(ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (_, workspace) = authorized(ctx, id, RUN_APPLY).await?;
    managed::require_own(ctx, &workspace).await?;
    let mut tx = ctx.begin().await?;
    let run = discard_in(&mut tx, ctx, id, words).await?;
    tx.commit().await?;
    Ok(run)
}

/// The same for who may say so.
pub(crate) async fn discard_in(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (run, mut workspace) = fresh(tx, id).await?;
    let mut run = run.discard(ctx.now(), &ctx.actor().name())?;
    change::write(tx, ctx, &mut workspace, &mut run, "run.discarded").await?;
    add_words(tx, ctx, &run, words).await?;
    Ok(run)
}

/// Asks a run to stop.
///
/// # Errors
///
/// `Conflict` when it is done or waits for a person.
pub async fn cancel(ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    authorized(ctx, id, RUN_CANCEL).await?;
    let mut tx = ctx.begin().await?;
    let run = cancel_in(&mut tx, ctx, id, words).await?;
    tx.commit().await?;
    Ok(run)
}

/// The same for who may say so.
pub(crate) async fn cancel_in(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (run, mut workspace) = fresh(tx, id).await?;
    let mut run = run.cancel(ctx.now(), &ctx.actor().name())?;
    stop_runner(tx, &run, Stop::Cancel).await?;
    change::write(tx, ctx, &mut workspace, &mut run, "run.cancel-requested").await?;
    add_words(tx, ctx, &run, words).await?;
    Ok(run)
}

/// Stops a run without waiting for its runner. Of an apply it is listed what may exist outside the state.
///
/// # Errors
///
/// `Conflict` when a cancel was not asked for, or not long enough ago.
pub async fn force_cancel(ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    let (run, _) = authorized(ctx, id, RUN_FORCE_CANCEL).await?;
    // Nobody waits for the runner's own list.
    let unaccounted = match run.status {
        RunStatus::Applying => {
            let apply = phases::of_run(ctx.db.reader(), run.id, PhaseKind::Apply).await?;
            ctx.logs.flush(ctx, apply.events_log_id).await?;
            reconcile::unaccounted(ctx, &apply).await?
        }
        _ => Vec::new(),
    };
    let mut tx = ctx.begin().await?;
    let (run, mut workspace) = fresh(&tx, id).await?;
    stop_runner(&tx, &run, Stop::Kill).await?;
    let mut run = run.force_cancel(ctx.now(), &ctx.actor().name())?;
    run.unaccounted.0 = unaccounted;
    change::write(&mut tx, ctx, &mut workspace, &mut run, "run.force-canceled").await?;
    add_words(&tx, ctx, &run, words).await?;
    tx.commit().await?;
    Ok(run)
}

/// Says something on a run.
///
/// # Errors
///
/// What the caller may not see, and an empty or too long text.
pub async fn comment(ctx: &Ctx, id: RunId, body: &str) -> Result<comments::Model> {
    let (run, workspace) = authorized(ctx, id, RUN_READ).await?;
    let mut tx = ctx.begin().await?;
    let comment = new_comment(ctx, &run, body)?;
    store::add_comment(&tx, &comment).await?;
    change::record(&mut tx, ctx, &workspace, &run, "run.commented").await?;
    tx.commit().await?;
    Ok(comment)
}

async fn authorized(ctx: &Ctx, id: RunId, permission: Permission) -> Result<(Run, Workspace)> {
    let (run, workspace) = super::read::load(ctx, id).await?;
    ctx.authorize(permission, &workspace.target()).await?;
    Ok((run, workspace))
}

/// The run and its workspace as they are inside the transaction that changes them.
pub(crate) async fn fresh(tx: &Tx, id: RunId) -> Result<(Run, Workspace)> {
    let workspace = store::get(&**tx, id).await?.workspace_id;
    let workspace = workspaces::hold(tx, workspace).await?;
    // Again, now that nobody else can change it.
    Ok((store::get(&**tx, id).await?, workspace))
}

pub(super) async fn stop_runner(tx: &Tx, run: &Run, stop: Stop) -> Result<()> {
    if !run.is_on_runner() {
        return Ok(());
    }
    let kind = if run.status == RunStatus::Planning {
        PhaseKind::Plan
    } else {
        PhaseKind::Apply
    };
    match phases::of_run(&**tx, run.id, kind).await?.work_item_id {
        Some(item) => queue::ask_to_stop(tx, item, stop).await,
        None => Ok(()),
    }
}

async fn add_words(tx: &Tx, ctx: &Ctx, run: &Run, words: &str) -> Result<()> {
    if words.trim().is_empty() {
        return Ok(());
    }
    store::add_comment(tx, &new_comment(ctx, run, words)?).await
}

fn new_comment(ctx: &Ctx, run: &Run, body: &str) -> Result<comments::Model> {
    let body = body.trim();
    if body.is_empty() || body.len() > 10_000 {
        return Err(Error::invalid(
            "/data/attributes/body",
            "A comment has 1 to 10,000 characters.",
        ));
    }
    Ok(comments::Model {
        id: ctx.new_id()?,
        run_id: run.id,
        author: ctx.actor().name(),
        body: body.to_owned(),
        created_at: ctx.now(),
    })
}
