//! Volumes as they are shown: with the apps and jobs that are bound to them, as far as the caller may see those.

use std::collections::HashMap;

use slipway_api::ids::VolumeId;
use slipway_api::volumes::{Volume as Wire, VolumeBind as BindWire, VolumeName, VolumePermissions};
use slipway_api::{Name, Resource};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Volume, VolumeBind};
use super::store;
use crate::apps::store as apps;
use crate::jobs::store as jobs;
use crate::permissions::{APP_READ, JOB_READ, VOLUME_BIND, VOLUME_DELETE};
use crate::{pools, volume_plans};

/// One volume.
pub(super) async fn shown(ctx: &Ctx, volume: Volume) -> Result<Resource<Wire>> {
    let mut all = resources(ctx, vec![volume]).await?;
    all.pop().ok_or_else(|| Error::internal("a volume is not shown"))
}

/// Several of one organization, in their order.
pub(super) async fn resources(ctx: &Ctx, volumes: Vec<Volume>) -> Result<Vec<Resource<Wire>>> {
    let Some(organization) = volumes.first().map(|one| one.organization_id) else {
        return Ok(Vec::new());
    };
    let granted = ctx.granted().await?;
    let pools = pools::store::seen_by(ctx.db.reader(), organization).await?;
    let pools: HashMap<_, _> = pools.into_iter().map(|pool| (pool.id, pool.name)).collect();
    let plans = volume_plans::store::seen_by(ctx.db.reader(), organization).await?;
    let plans: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan)).collect();
    let mut bound = bound(ctx, &volumes).await?;
    let mut bound_jobs = bound_jobs(ctx, &volumes).await?;
    let shown = volumes.into_iter().filter_map(|one| {
        let (pool, plan) = (pools.get(&one.pool_id)?, plans.get(&one.plan_id)?);
        let own = one.size.and_then(|size| u64::try_from(size).ok());
        let scope = one.scope();
        let attributes = Wire {
            plan: plan.name.clone(),
            kind: plan.kind,
            pool: pool.clone(),
            size: own.or(plan.settings.0.size),
            folder: one.folder,
            status: one.status,
            reason: one.reason,
            apps: bound.remove(&one.id).unwrap_or_default(),
            jobs: bound_jobs.remove(&one.id).unwrap_or_default(),
            permissions: VolumePermissions {
                can_bind: granted.allows(VOLUME_BIND, &scope),
                can_delete: granted.allows(VOLUME_DELETE, &scope),
            },
            name: one.name,
            created_by: one.created_by,
            created_at: one.created_at,
        };
        let path = format!("/api/v2/volumes/{}", one.id);
        let shown = Resource::new(one.id, attributes).with_link("self", path);
        Some(shown.with("project", "projects", one.project_id))
    });
    Ok(shown.collect())
}

/// A bind.
pub(super) fn bind((bind, volume): (VolumeBind, Volume)) -> Resource<BindWire> {
    let attributes = BindWire {
        volume: VolumeName {
            id: volume.id,
            name: volume.name,
        },
        app: bind.app_id,
        path: bind.path,
        is_read_only: bind.is_read_only,
        processes: bind.processes.0,
        created_by: bind.created_by,
        created_at: bind.created_at,
    };
    Resource::new(bind.id, attributes).with("app", "apps", bind.app_id)
}

/// Names of the apps that are bound to each, as far as the caller may see them.
async fn bound(ctx: &Ctx, volumes: &[Volume]) -> Result<HashMap<VolumeId, Vec<Name>>> {
    let Some(organization) = volumes.first().map(|one| one.organization_id) else {
        return Ok(HashMap::new());
    };
    let ids: Vec<_> = volumes.iter().map(|one| one.id).collect();
    let binds = store::binds_of(ctx.db.reader(), &ids).await?;
    let bound: Vec<_> = binds.iter().map(|bind| bind.app_id).collect();
    let visible = ctx.visible(APP_READ, organization).await?;
    let mut names: HashMap<_, Vec<Name>> = HashMap::new();
    for app in apps::of_ids(ctx.db.reader(), &bound).await? {
        if !visible.contains(Some(&app.project_id.to_string()), &app.id.to_string()) {
            continue;
        }
        for bind in binds.iter().filter(|bind| bind.app_id == app.id) {
            let names = names.entry(bind.volume_id).or_default();
            if !names.contains(&app.name) {
                names.push(app.name.clone());
            }
        }
    }
    Ok(names)
}

/// Names of the jobs that are bound to each, as far as the caller may see them.
async fn bound_jobs(ctx: &Ctx, volumes: &[Volume]) -> Result<HashMap<VolumeId, Vec<Name>>> {
    let Some(organization) = volumes.first().map(|one| one.organization_id) else {
        return Ok(HashMap::new());
    };
    let ids: Vec<_> = volumes.iter().map(|one| one.id).collect();
    let binds = store::job_binds_of(ctx.db.reader(), &ids).await?;
    let bound: Vec<_> = binds.iter().map(|bind| bind.job_id).collect();
    let visible = ctx.visible(JOB_READ, organization).await?;
    let mut names: HashMap<_, Vec<Name>> = HashMap::new();
    for job in jobs::of_ids(ctx.db.reader(), &bound).await? {
        if !visible.contains(Some(&job.project_id.to_string()), &job.id.to_string()) {
            continue;
        }
        for bind in binds.iter().filter(|bind| bind.job_id == job.id) {
            let names = names.entry(bind.volume_id).or_default();
            if !names.contains(&job.name) {
                names.push(job.name.clone());
            }
        }
    }
    Ok(names)
}
