//! The cluster's part of a volume: made after it was asked for, and taken away before it is forgotten.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::VolumeId;
use slipway_api::volumes::VolumeStatus;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, Tx, directory};

use super::model::Volume;
use super::service::record;
use super::{mounting, store};
use crate::clusters::driver::DriverError;
use crate::clusters::service as clusters;
use crate::pools;
use crate::work::VOLUME;

/// Has a volume made or taken away, once this transaction is through.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, volume: &Volume) -> Result<()> {
    let item = NewItem {
        organization: Some(volume.organization_id),
        ..NewItem::job(VOLUME, volume.id.to_string(), json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

/// Makes a volume in its cluster, or takes it away. Subject: the volume.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: VolumeId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no volume", item.subject)))?;
    make(ctx, id).await.map_err(|error| match error.code() {
        Code::Unavailable | Code::Internal | Code::TooManyRequests => JobError::Retry(error.to_string()),
        _ => JobError::Fail(error.to_string()),
    })
}

async fn make(ctx: &Ctx, id: VolumeId) -> Result<()> {
    let Some(volume) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let is_leaving = volume.status == VolumeStatus::Deleting;
    let (status, reason) = match at_cluster(ctx, &volume, is_leaving).await {
        Ok(()) if is_leaving => return forget(ctx, &volume).await,
        Ok(()) => (VolumeStatus::Ready, String::new()),
        Err(error) if matches!(error.code(), Code::Unavailable) => {
            note(ctx, &volume, volume.status, error.detail()).await?;
            return Err(error);
        }
        // It is tried again now and then: what has it may go.
        Err(error) if is_leaving => (VolumeStatus::Deleting, error.detail().to_owned()),
        Err(error) => (VolumeStatus::Failed, error.detail().to_owned()),
    };
    note(ctx, &volume, status, &reason).await
}

async fn at_cluster(ctx: &Ctx, volume: &Volume, is_leaving: bool) -> Result<()> {
    let pool = pools::service::get(ctx, volume.pool_id).await?;
    let driver = clusters::driver(ctx, pool.cluster_id).await?;
    let wanted = mounting::of_cluster(ctx, volume).await?;
    let done = match is_leaving {
        true => driver.remove_volume(&wanted).await,
        false => driver.ensure_volume(&wanted).await,
    };
    done.map_err(|error| match error {
        DriverError::Away(reason) => Error::unavailable(sentence(&reason)),
        DriverError::Refused(_) | DriverError::Cancelled => Error::conflict(sentence(&error.to_string())),
    })
}

async fn note(ctx: &Ctx, volume: &Volume, status: VolumeStatus, reason: &str) -> Result<()> {
    let tx = ctx.begin().await?;
    if store::note(&tx, volume.id, status, reason).await? {
        directory::store::set_status(&tx, &volume.id.to_string(), status.as_str()).await?;
    }
    tx.commit().await
}

async fn forget(ctx: &Ctx, volume: &Volume) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if store::delete(&tx, volume.id).await? {
        let id = volume.id.to_string();
        slipway_identity::role_assignments::remove_at(&mut tx, &id).await?;
        directory::store::remove(&tx, &id).await?;
        record(&mut tx, ctx, volume, ("volume.deleted", json!({"name": volume.name}))).await?;
    }
    tx.commit().await
}
