//! The end of a run: how it ended, whether it is tried again, and what is left of those before.

use serde_json::json;
use slipway_api::jobs::{JobRunStatus, JobStatus, JobTrigger};
use slipway_kernel::{Ctx, Result};

use super::deciding;
use super::model::{Asked, End, JobRun};
use super::{beginning, store};
use crate::jobs::{store as jobs, writing};

/// Writes how a run ended, once, with the try that follows it, if any.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn end(ctx: &Ctx, run: &JobRun, end: &End) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(mut job) = jobs::hold(&tx, run.job_id).await? else {
        return Ok(());
    };
    // Somebody may have wanted it to stop since.
    let Some(now) = store::find(&*tx, run.id).await? else {
        return Ok(());
    };
    let ended = now.ended(end, ctx.now());
    if !store::save(&tx, &ended).await? {
        return Ok(());
    }
    if job.last_run_id == Some(run.id) && !job.is_leaving() {
        job.status = match end.status {
            JobRunStatus::Succeeded => JobStatus::Succeeded,
            JobRunStatus::Canceled => JobStatus::Canceled,
            _ => JobStatus::Failed,
        };
        writing::note(&tx, &job).await?;
    }
    let action = match end.status {
        JobRunStatus::Succeeded => "job.run-succeeded",
        JobRunStatus::Canceled => "job.run-canceled",
        _ => "job.run-failed",
    };
    let told = json!({
        "run": run.id,
        "number": run.number,
        "attempt": run.attempt,
        "exit-code": end.exit_code,
        "reason": end.reason,
    });
    writing::record(&mut tx, ctx, &job, action, told).await?;
    let again = deciding::again_at(&ended, job.retries, ctx.now()).filter(|_| !job.is_leaving());
    if let Some(at) = again {
        let asked = Asked {
            wanted_by: JobTrigger::Retry,
            by: run.started_by.clone(),
            attempt: run.attempt + 1,
            arguments: run.arguments.0.clone(),
            tick: None,
            not_before: at,
        };
        beginning::begin(&mut tx, ctx, &mut job, asked).await?;
    }
    if job.is_leaving() && store::active(&*tx, job.id).await?.is_empty() {
        writing::wake(&mut tx, ctx, &job).await?;
    }
    tx.commit().await
}

/// Removes the runs of a job that are more than it keeps.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub(crate) async fn prune(ctx: &Ctx, run: &JobRun) -> Result<()> {
    let Some(job) = jobs::find(ctx.db.reader(), run.job_id).await? else {
        return Ok(());
    };
    let kept = u64::try_from(job.kept_runs).unwrap_or(1);
    for old in store::beyond(ctx.db.reader(), job.id, kept).await? {
        let tx = ctx.begin().await?;
        slipway_kernel::logs::remove(&tx, old.log_id).await?;
        store::delete(&tx, old.id).await?;
        tx.commit().await?;
    }
    Ok(())
}
