//! What is left to do about a job itself: finding out what its image is, and taking it away.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::JobId;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::{Ctx, Result, directory, logs, schedules};

use super::model::Job;
use super::{store, writing};
use crate::job_runs::{beginning, store as runs};
use crate::job_versions::{pinning, store as versions};
use crate::{binds, clusters, pools};

/// Drives the job that is the item's subject.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: JobId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no job", item.subject)))?;
    match store::find(ctx.db.reader(), id).await? {
        Some(job) if job.is_leaving() => Ok(leave(ctx, &job).await?),
        Some(job) => Ok(pin(ctx, &job).await?),
        None => Ok(()),
    }
}

/// Has the image of its newest version known by its digest.
async fn pin(ctx: &Ctx, job: &Job) -> Result<()> {
    let Some(version) = versions::find(ctx.db.reader(), job.id, job.current_version).await? else {
        return Ok(());
    };
    if version.digest.is_some() {
        return Ok(());
    }
    let pool = pools::service::get(ctx, job.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await?;
    match pinning::pin(ctx, version, &*driver).await {
        // Why it cannot be had is written, and asked again by the run that needs it.
        Err(error) if error.code() == Code::Invalid => Ok(()),
        pinned => pinned.map(drop),
    }
}

/// The runs of a job to their ends, then all of it away.
async fn leave(ctx: &Ctx, job: &Job) -> Result<()> {
    let going_on = runs::active(ctx.db.reader(), job.id).await?;
    if !going_on.is_empty() {
        // The last of them that ends has this looked at again.
        let mut tx = ctx.begin().await?;
        beginning::cancel_all(&mut tx, ctx, (&going_on, "The job was deleted.")).await?;
        return tx.commit().await;
    }
    let all = runs::of_job(ctx.db.reader(), job.id).await?;
    for run in &all {
        ctx.logs.seal(ctx, run.log_id).await?;
    }
    let mut tx = ctx.begin().await?;
    for run in &all {
        logs::remove(&tx, run.log_id).await?;
    }
    if let Some(schedule) = job.schedule_id {
        schedules::remove(&tx, schedule).await?;
    }
    directory::store::remove(&tx, &job.id.to_string()).await?;
    binds::store::delete_of_job(&tx, job.id).await?;
    writing::record(&mut tx, ctx, job, "job.deleted", json!({"name": job.name})).await?;
    store::delete(&tx, job.id).await?;
    tx.commit().await
}
