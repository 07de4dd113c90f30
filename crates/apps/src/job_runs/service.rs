//! What people do with runs of jobs.

use serde_json::json;
use slipway_api::ids::{JobId, JobRunId};
use slipway_api::jobs::{JobTrigger, NewJobRun};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::beginning;
use super::deciding::{self, Start};
use super::model::{Asked, JobRun, KIND};
use super::store::{self, Filter};
use crate::job_versions::model::require_possible;
use crate::jobs::{Job, service as jobs, store as job_rows, writing};
use crate::permissions::{JOB_READ, JOB_RUN};

/// The run with its job, if the caller may do `permission` to the job.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: JobRunId, permission: Permission) -> Result<(JobRun, Job)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let run = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let job = job_rows::find(ctx.db.reader(), run.job_id).await?.ok_or_else(missing)?;
    let mut target = job.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(permission, &target).await?;
    Ok((run, job))
}

/// A page of a job's runs, the newest first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, job: JobId, filter: Filter, page: &Page) -> Result<Listed<JobRun>> {
    let job = jobs::load(ctx, job, JOB_READ).await?;
    store::list(ctx.db.reader(), job.id, filter, page).await
}

/// Begins a run.
///
/// # Errors
///
/// `Forbidden`; `Invalid`; `Conflict` while another goes on, where the job forbids two.
pub async fn create(ctx: &Ctx, job: JobId, wanted: NewJobRun) -> Result<JobRun> {
    let job = jobs::load(ctx, job, JOB_RUN).await?;
    require_possible("arguments", &wanted.arguments)?;
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, job.id).await?;
    jobs::require_there(&held)?;
    let going_on = store::active(&*tx, held.id).await?;
    let numbers: Vec<i64> = going_on.iter().map(|run| run.number).collect();
    match deciding::start(held.concurrency, &numbers) {
        Start::Begin => {}
        Start::Replace => {
            let why = format!("The run {} took its place.", held.run_count + 1);
            beginning::cancel_all(&mut tx, ctx, (&going_on, &why)).await?;
        }
        Start::Refuse(number) => {
            return Err(Error::conflict(format!(
                "The run {number} of the job \"{}\" goes on. Wait for it, or cancel it.",
                held.name
            )));
        }
    }
    let asked = Asked {
        wanted_by: JobTrigger::Person,
        by: ctx.actor().name(),
        attempt: 1,
        arguments: wanted.arguments,
        tick: None,
        not_before: ctx.now(),
    };
    let run = beginning::begin(&mut tx, ctx, &mut held, asked).await?;
    tx.commit().await?;
    Ok(run)
}

/// Asks a run to stop; it is not tried again.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it has ended.
pub async fn cancel(ctx: &Ctx, id: JobRunId) -> Result<JobRun> {
    let (seen, job) = load(ctx, id, JOB_RUN).await?;
    seen.require_cancelable()?;
    if seen.is_cancel_requested {
        return Ok(seen);
    }
    let mut tx = ctx.begin().await?;
    let why = format!("{} canceled it.", ctx.actor().name());
    beginning::cancel_all(&mut tx, ctx, (std::slice::from_ref(&seen), &why)).await?;
    let told = json!({"run": seen.id, "number": seen.number});
    writing::record(&mut tx, ctx, &job, "job.run-cancel-requested", told).await?;
    tx.commit().await?;
    Ok(JobRun {
        is_cancel_requested: true,
        ..seen
    })
}
