//! What units see: kept when their deploy begins, so that units that are made later see the same.

use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Volume, mounts};
use super::store;
use crate::apps::App;
use crate::clusters::mounts::{Mount, Volume as OfCluster};
use crate::volume_plans;

/// Keeps what the units of a deploy that begins will see, beside what units see that run.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn keep(tx: &Tx, app: &App, deploy: i64) -> Result<()> {
    let kept: Vec<i64> = app.live_deploy.into_iter().chain([deploy]).collect();
    store::delete_mounts(tx, app.id, &kept).await?;
    let binds = store::binds_of_app(&**tx, app.id).await?.into_iter();
    let mounts = binds.map(|bind| mounts::Model {
        app_id: app.id,
        deploy,
        path: bind.path,
        volume_id: bind.volume_id,
        is_read_only: bind.is_read_only,
        processes: bind.processes,
    });
    store::insert_mounts(tx, mounts.collect()).await
}

/// What the units of a process of a deploy see.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn of(ctx: &Ctx, app: &App, deploy: i64, process: &str) -> Result<Vec<Mount>> {
    let mut mounts = store::mounts_of(ctx.db.reader(), app.id, deploy).await?;
    mounts.retain(|mount| mount.processes.0.is_empty() || mount.processes.0.iter().any(|name| name == process));
    let ids: Vec<_> = mounts.iter().map(|mount| mount.volume_id).collect();
    let volumes = store::of_ids(ctx.db.reader(), &ids).await?;
    let mut seen = Vec::with_capacity(mounts.len());
    for mount in mounts {
        let volume = volumes.iter().find(|volume| volume.id == mount.volume_id);
        let volume = volume.ok_or_else(|| Error::not_found(super::model::KIND, mount.volume_id))?;
        seen.push(Mount {
            volume: of_cluster(ctx, volume).await?,
            path: mount.path,
            is_read_only: mount.is_read_only,
        });
    }
    Ok(seen)
}

/// A volume as its cluster is told of it.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn of_cluster(ctx: &Ctx, volume: &Volume) -> Result<OfCluster> {
    let plans = volume_plans::store::of_ids(ctx.db.reader(), &[volume.plan_id]).await?;
    let plan = plans.first();
    let plan = plan.ok_or_else(|| Error::internal(format!("{} has no plan", volume.id)))?;
    let size = volume.size.and_then(|size| u64::try_from(size).ok());
    Ok(OfCluster {
        id: volume.id,
        storage: volume_plans::model::storage(plan.kind, &plan.settings.0, size, volume.folder.as_deref()),
    })
}
