//! Binding jobs to volumes: the runs that begin from now on see them.

use serde_json::json;
use slipway_api::Resource;
use slipway_api::ids::{JobId, VolumeBindId};
use slipway_api::volumes::{JobVolumeBind as Wire, NewJobVolumeBind, VolumeName};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::binding::{self, BINDS, KIND};
use super::model::{JobVolumeBind, KIND as VOLUME, Volume};
use super::{mounting, store};
use crate::binds;
use crate::clusters::mounts::Mount;
use crate::jobs::{Job, service as jobs, store as job_rows, writing};
use crate::permissions::{JOB_READ, JOB_UPDATE};

/// The binds of a job with their volumes, by path.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, job: JobId) -> Result<Vec<Resource<Wire>>> {
    let job = jobs::load(ctx, job, JOB_READ).await?;
    let all = seen(ctx, &job).await?;
    Ok(all.into_iter().map(|(bind, volume)| shown(bind, &volume)).collect())
}

async fn seen(ctx: &Ctx, job: &Job) -> Result<Vec<(JobVolumeBind, Volume)>> {
    let binds = store::binds_of_job(ctx.db.reader(), job.id).await?;
    let ids: Vec<_> = binds.iter().map(|bind| bind.volume_id).collect();
    let volumes = store::of_ids(ctx.db.reader(), &ids).await?;
    let with_volume = |bind: JobVolumeBind| {
        let volume = volumes.iter().find(|volume| volume.id == bind.volume_id)?;
        Some((bind, volume.clone()))
    };
    Ok(binds.into_iter().filter_map(with_volume).collect())
}

/// What a run of a job that begins sees.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn mounts(ctx: &Ctx, job: &Job) -> Result<Vec<Mount>> {
    let mut mounts = Vec::new();
    for (bind, volume) in seen(ctx, job).await? {
        mounts.push(Mount {
            volume: mounting::of_cluster(ctx, &volume).await?,
            path: bind.path,
            is_read_only: bind.is_read_only,
        });
    }
    Ok(mounts)
}

/// Binds a job to a volume.
///
/// # Errors
///
/// `NotFound` and `Forbidden`, of the job and of the volume; `Invalid`; `AlreadyExists` when the job sees a volume at this path;
/// `Conflict` when the volume is another pool's or leaving.
pub async fn create(ctx: &Ctx, job: JobId, wanted: NewJobVolumeBind) -> Result<Resource<Wire>> {
    let job = jobs::load(ctx, job, JOB_UPDATE).await?;
    let who = format!("the job \"{}\"", job.name);
    let place = (job.organization_id, job.pool_id, who);
    let volume = binding::bindable(ctx, place, (wanted.volume, &wanted.path)).await?;
    let bind = JobVolumeBind {
        id: ctx.new_id()?,
        organization_id: job.organization_id,
        volume_id: volume.id,
        job_id: job.id,
        path: wanted.path,
        is_read_only: wanted.is_read_only,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    binding::hold(&tx, &volume).await?;
    let held = writing::hold(&tx, job.id).await?;
    jobs::require_there(&held)?;
    if store::binds_of_job(&*tx, job.id).await?.len() >= BINDS {
        return Err(Error::conflict(format!("A job is bound to {BINDS} volumes at most.")));
    }
    store::insert_job_bind(&tx, &bind).await?;
    binds::of_jobs::connect(&tx, &held).await?;
    writing::record(&mut tx, ctx, &held, "job.volume-bound", told(&bind, &volume)).await?;
    tx.commit().await?;
    Ok(shown(bind, &volume))
}

/// Takes a volume away from a job. The volume stays.
///
/// # Errors
///
/// `NotFound`; `Forbidden`.
pub async fn delete(ctx: &Ctx, id: VolumeBindId) -> Result<()> {
    let (bind, job) = load(ctx, id).await?;
    let volume = store::find(ctx.db.reader(), bind.volume_id).await?;
    let volume = volume.ok_or_else(|| Error::not_found(VOLUME, bind.volume_id))?;
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, job.id).await?;
    if !store::delete_job_bind(&tx, id).await? {
        return Err(Error::not_found(KIND, id));
    }
    binds::of_jobs::connect(&tx, &held).await?;
    writing::record(&mut tx, ctx, &held, "job.volume-unbound", told(&bind, &volume)).await?;
    tx.commit().await
}

/// The bind with its job, if the caller may change the job.
async fn load(ctx: &Ctx, id: VolumeBindId) -> Result<(JobVolumeBind, Job)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let bind = store::find_job_bind(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let job = job_rows::find(ctx.db.reader(), bind.job_id)
        .await?
        .ok_or_else(missing)?;
    let mut target = job.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(JOB_UPDATE, &target).await?;
    Ok((bind, job))
}

fn shown(bind: JobVolumeBind, volume: &Volume) -> Resource<Wire> {
    let attributes = Wire {
        volume: VolumeName {
            id: volume.id,
            name: volume.name.clone(),
        },
        job: bind.job_id,
        path: bind.path,
        is_read_only: bind.is_read_only,
        created_by: bind.created_by,
        created_at: bind.created_at,
    };
    Resource::new(bind.id, attributes).with("job", "jobs", bind.job_id)
}

fn told(bind: &JobVolumeBind, volume: &Volume) -> serde_json::Value {
    json!({
        "volume": volume.name,
        "path": bind.path,
        "read-only": bind.is_read_only,
    })
}
