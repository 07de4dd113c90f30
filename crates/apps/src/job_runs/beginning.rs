//! A run in a transaction: its row, its log, and the work item that drives it.

use serde_json::json;
use slipway_api::ids::JobRunId;
use slipway_api::jobs::{JobRunStatus, JobStatus};
use slipway_kernel::blobs::Owner;
use slipway_kernel::db::Tx;
use slipway_kernel::queue::{NewItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result};

use super::model::{Asked, End, JobRun, KIND};
use super::store;
use crate::jobs::{Job, writing};
use crate::work::JOB_RUN;

/// Makes a run of a job that this transaction holds, and has it driven.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn begin(tx: &mut Tx, ctx: &Ctx, held: &mut Job, asked: Asked) -> Result<JobRun> {
    let run = add(tx, ctx, held, asked).await?;
    held.status = JobStatus::Running;
    held.last_run_id = Some(run.id);
    held.last_run_at = Some(run.created_at);
    store::insert(tx, &run).await?;
    writing::note(tx, held).await?;
    let told = json!({
        "run": run.id,
        "number": run.number,
        "wanted-by": run.wanted_by,
        "attempt": run.attempt,
        "version": run.job_version,
        "arguments": run.arguments.0.len(),
    });
    writing::record(tx, ctx, held, "job.run-started", told).await?;
    wake(tx, ctx, &run).await?;
    Ok(run)
}

/// Writes down a run that was due and is not run. Its log is to be sealed afterwards.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn skip(tx: &mut Tx, ctx: &Ctx, held: &mut Job, (asked, why): (Asked, String)) -> Result<JobRun> {
    let run = add(tx, ctx, held, asked).await?;
    let run = run.ended(&End::without_code(JobRunStatus::Skipped, why), ctx.now());
    store::insert(tx, &run).await?;
    writing::note(tx, held).await?;
    let told = json!({"run": run.id, "number": run.number, "reason": run.reason});
    writing::record(tx, ctx, held, "job.run-skipped", told).await?;
    Ok(run)
}

/// Asks every run that goes on to stop.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn cancel_all(tx: &mut Tx, ctx: &Ctx, (runs, why): (&[JobRun], &str)) -> Result<()> {
    for run in runs {
        store::request_cancel(tx, run.id, why).await?;
        wake(tx, ctx, run).await?;
    }
    Ok(())
}

/// Has a run driven, once this transaction is through and its time has come.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn wake(tx: &mut Tx, ctx: &Ctx, run: &JobRun) -> Result<()> {
    let item = NewItem {
        organization: Some(run.organization_id),
        run_after: Some(run.not_before),
        ..NewItem::long_job(JOB_RUN, run.id, json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

async fn add(tx: &mut Tx, ctx: &Ctx, held: &mut Job, asked: Asked) -> Result<JobRun> {
    held.run_count += 1;
    let id: JobRunId = ctx.new_id()?;
    let owner = Owner::new(KIND, id);
    let log = ctx.logs.create(tx, ctx, held.organization_id, &owner).await?;
    Ok(JobRun::new(held, (id, log), asked, ctx.now()))
}
