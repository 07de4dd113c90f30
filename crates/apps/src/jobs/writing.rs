//! Writing jobs in a transaction: what goes with a row, and what is told of it.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::JobId;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::{NewItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Job, KIND};
use super::store;
use crate::work::JOB;

/// Writes the next version of one, with what is told of it.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since.
pub(crate) async fn update(tx: &mut Tx, ctx: &Ctx, job: &Job, (action, told): (&'static str, Value)) -> Result<()> {
    if !store::update(tx, job).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the job at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    directory::store::put(tx, &job.object()).await?;
    record(tx, ctx, job, action, told).await
}

/// The job as it is in this transaction, in which it stays so.
///
/// # Errors
///
/// `NotFound`.
pub(crate) async fn hold(tx: &Tx, id: JobId) -> Result<Job> {
    store::hold(tx, id).await?.ok_or_else(|| Error::not_found(KIND, id))
}

/// Notes what runs change, with how the job is now.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn note(tx: &Tx, job: &Job) -> Result<()> {
    store::note(tx, job).await?;
    directory::store::set_status(tx, &job.id.to_string(), job.status.as_str()).await
}

/// Has what is left to do about the job itself done, once this transaction is through.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn wake(tx: &mut Tx, ctx: &Ctx, job: &Job) -> Result<()> {
    let item = NewItem {
        organization: Some(job.organization_id),
        ..NewItem::job(JOB, job.id, json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

pub(crate) async fn record(tx: &mut Tx, ctx: &Ctx, job: &Job, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(job.organization_id),
        project: Some(job.project_id),
        object_kind: KIND,
        object_id: job.id.to_string(),
        object_name: job.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
