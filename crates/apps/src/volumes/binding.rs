//! Binding apps to volumes: their units see them by one deploy, or by the next one.

use serde_json::json;
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppId, OrganizationId, PoolId, VolumeBindId, VolumeId};
use slipway_api::volumes::{NewVolumeBind, VolumeStatus};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::binds::Processes;
use super::model::{KIND as VOLUME, Volume, VolumeBind, check_path};
use super::{service, store};
use crate::apps::{App, service as apps, store as app_rows, writing};
use crate::permissions::{APP_READ, APP_UPDATE, VOLUME_BIND};
use crate::{binds, deploys, pools, volume_plans};

/// The word for binds of volumes.
pub const KIND: &str = "volume bind";
/// Binds of one app, or job, at most.
pub(super) const BINDS: usize = 20;
/// Processes that one names at most.
const PROCESSES: usize = 20;

/// The binds of an app with their volumes, by path.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, app: AppId) -> Result<Vec<(VolumeBind, Volume)>> {
    let app = apps::load(ctx, app, APP_READ).await?;
    let binds = store::binds_of_app(ctx.db.reader(), app.id).await?;
    let ids: Vec<_> = binds.iter().map(|bind| bind.volume_id).collect();
    let volumes = store::of_ids(ctx.db.reader(), &ids).await?;
    let with_volume = |bind: VolumeBind| {
        let volume = volumes.iter().find(|volume| volume.id == bind.volume_id)?;
        Some((bind, volume.clone()))
    };
    Ok(binds.into_iter().filter_map(with_volume).collect())
}

/// Binds an app to a volume, and has its units see it by one deploy unless that is staged.
///
/// # Errors
///
/// `NotFound` and `Forbidden`, of the app and of the volume; `Invalid`; `AlreadyExists` when the app sees a volume at this path;
/// `Conflict` when the volume is another pool's or leaving, and while a deploy goes on, unless it is staged.
pub async fn create(ctx: &Ctx, app: AppId, wanted: NewVolumeBind) -> Result<(VolumeBind, Volume)> {
    let app = apps::load(ctx, app, APP_UPDATE).await?;
    let who = format!("the app \"{}\"", app.name);
    let volume = bindable(
        ctx,
        (app.organization_id, app.pool_id, who),
        (wanted.volume, &wanted.path),
    )
    .await?;
    let is_name = |name: &String| !name.is_empty() && name.len() <= 100 && !name.chars().any(char::is_control);
    if wanted.processes.len() > PROCESSES || !wanted.processes.iter().all(is_name) {
        let detail = format!("At most {PROCESSES} names of processes.");
        return Err(Error::invalid("/data/attributes/processes", detail));
    }
    let bind = VolumeBind {
        id: ctx.new_id()?,
        organization_id: app.organization_id,
        volume_id: volume.id,
        app_id: app.id,
        path: wanted.path,
        is_read_only: wanted.is_read_only,
        processes: Processes(wanted.processes),
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    hold(&tx, &volume).await?;
    let held = writing::hold(&tx, app.id).await?;
    apps::require_there(&held)?;
    if store::binds_of_app(&*tx, app.id).await?.len() >= BINDS {
        return Err(Error::conflict(format!("An app is bound to {BINDS} volumes at most.")));
    }
    store::insert_bind(&tx, &bind).await?;
    binds::service::connect(&tx, &held).await?;
    writing::record(
        &mut tx,
        ctx,
        &held,
        "app.volume-bound",
        told(&bind, &volume, wanted.staged),
    )
    .await?;
    if !wanted.staged && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Restart, "A new volume.").await?;
    }
    tx.commit().await?;
    Ok((bind, volume))
}

/// The volume, if the caller may bind something of an organization and a pool to it, which `who` names, at a path.
///
/// # Errors
///
/// `NotFound` and `Forbidden`; `Invalid` for the path; `Conflict` when the volume is another pool's.
pub(super) async fn bindable(
    ctx: &Ctx,
    (organization, pool, who): (OrganizationId, PoolId, String),
    (volume, path): (VolumeId, &str),
) -> Result<Volume> {
    let volume = service::load(ctx, volume, VOLUME_BIND).await?;
    if volume.organization_id != organization {
        return Err(Error::not_found(VOLUME, volume.id));
    }
    let plans = volume_plans::store::of_ids(ctx.db.reader(), &[volume.plan_id]).await?;
    for plan in &plans {
        service::require_host_path(ctx, plan, &volume.scope()).await?;
    }
    check_path(path)?;
    if volume.pool_id != pool {
        let there = pools::service::get(ctx, volume.pool_id).await?;
        let here = pools::service::get(ctx, pool).await?;
        return Err(Error::conflict(format!(
            "The volume \"{}\" is in the pool \"{}\" and {who} in \"{}\": units see volumes of their own pool.",
            volume.name, there.name, here.name
        )));
    }
    Ok(volume)
}

/// A volume that something is bound to stays until the end of the transaction.
///
/// # Errors
///
/// `Conflict` when it is leaving.
pub(super) async fn hold(tx: &Tx, volume: &Volume) -> Result<()> {
    let held = store::hold(tx, volume.id).await?;
    if held.is_none_or(|volume| volume.status == VolumeStatus::Deleting) {
        return Err(Error::conflict(format!(
            "The volume \"{}\" is being deleted.",
            volume.name
        )));
    }
    Ok(())
}

/// Takes a volume away from an app, and has its units see that by one deploy unless it is staged. The volume stays.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Conflict` while a deploy goes on, unless it is staged.
pub async fn delete(ctx: &Ctx, id: VolumeBindId, is_staged: bool) -> Result<()> {
    let (bind, app) = load(ctx, id).await?;
    let volume = store::find(ctx.db.reader(), bind.volume_id).await?;
    let volume = volume.ok_or_else(|| Error::not_found(VOLUME, bind.volume_id))?;
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    if !store::delete_bind(&tx, id).await? {
        return Err(Error::not_found(KIND, id));
    }
    binds::service::connect(&tx, &held).await?;
    writing::record(
        &mut tx,
        ctx,
        &held,
        "app.volume-unbound",
        told(&bind, &volume, is_staged),
    )
    .await?;
    if !is_staged && held.live_version.is_some() {
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Restart, "A volume less.").await?;
    }
    tx.commit().await
}

/// The bind with its app, if the caller may change the app.
async fn load(ctx: &Ctx, id: VolumeBindId) -> Result<(VolumeBind, App)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let bind = store::find_bind(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let app = app_rows::find(ctx.db.reader(), bind.app_id)
        .await?
        .ok_or_else(missing)?;
    let mut target = app.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(APP_UPDATE, &target).await?;
    Ok((bind, app))
}

fn told(bind: &VolumeBind, volume: &Volume, is_staged: bool) -> serde_json::Value {
    json!({
        "volume": volume.name,
        "path": bind.path,
        "read-only": bind.is_read_only,
        "processes": bind.processes,
        "staged": is_staged,
    })
}
