//! What people do with binds of jobs, and what becomes of them when a value changes: the next run sees it.

use serde_json::json;
use slipway_api::Resource;
use slipway_api::binds::{BoundVariable, JobBind, NewJobBind};
use slipway_api::ids::{BindId, JobId};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, directory};

use super::model::{Bind, KIND, Recipient};
use super::{giving, origins, rotating, service, store};
use crate::job_envs::service as env;
use crate::jobs::{Job, service as jobs, store as job_rows, writing};
use crate::permissions::{JOB_ENV_READ, JOB_ENV_UPDATE};
use crate::volumes;

/// The bind with its job, if the caller may do `permission` to the job.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: BindId, permission: Permission) -> Result<(Bind, Job)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found(KIND, id);
    let bind = store::find(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let Recipient::Job(job) = bind.recipient()? else {
        return Err(missing());
    };
    let job = job_rows::find(ctx.db.reader(), job).await?.ok_or_else(missing)?;
    let mut target = job.target();
    (target.kind, target.name) = (KIND, id.to_string().into());
    ctx.authorize(permission, &target).await?;
    Ok((bind, job))
}

/// The binds of a job, the oldest first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, job: JobId) -> Result<Vec<Resource<JobBind>>> {
    let job = jobs::load(ctx, job, JOB_ENV_READ).await?;
    let binds = store::of_job(ctx.db.reader(), job.id).await?;
    shown(ctx, &job, binds).await
}

/// Binds as they are shown.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn shown(ctx: &Ctx, job: &Job, binds: Vec<Bind>) -> Result<Vec<Resource<JobBind>>> {
    let mut origins = origins::shown(ctx, job.organization_id, &binds).await?;
    let shown = binds.into_iter().filter_map(|bind| {
        let variables = bind.given.0.iter().map(|(name, output)| BoundVariable {
            name: name.clone(),
            output: output.clone(),
        });
        let attributes = JobBind {
            origin: origins.remove(&bind.id)?,
            status: bind.status,
            reason: bind.reason.clone(),
            variables: variables.collect(),
            created_by: bind.created_by.clone(),
            created_at: bind.created_at,
            updated_at: bind.updated_at,
        };
        Some(Resource::new(bind.id, attributes).with("job", "jobs", job.id))
    });
    Ok(shown.collect())
}

/// Gives a job the outputs of something: the runs that are asked for from now on see them. What puts nothing out yet is waited for.
///
/// # Errors
///
/// `NotFound` and `Forbidden`, of the job and of what is bound; `Invalid`; `Conflict` when a variable is somebody else's.
pub async fn create(ctx: &Ctx, job: JobId, wanted: NewJobBind) -> Result<Bind> {
    let job = jobs::load(ctx, job, JOB_ENV_UPDATE).await?;
    let mut binds = store::of_job(ctx.db.reader(), job.id).await?;
    let recipient = (job.organization_id, job.pool_id, Recipient::Job(job.id));
    let bind = service::made(ctx, recipient, wanted.into(), binds.len()).await?;
    let (id, origin) = (bind.id, bind.origin()?);
    binds.push(bind.clone());
    let before = env::load(ctx, &job, job.env_number).await?;
    let next = giving::look(ctx, (job.organization_id, before), &binds, Some(id)).await?;
    let prepared = match &next.env {
        Some(after) => Some(env::prepare(ctx, &job, after).await?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    service::hold(&tx, origin).await?;
    let mut held = writing::hold(&tx, job.id).await?;
    jobs::require_there(&held)?;
    let made = next.binds.iter().find(|next| next.id == id).unwrap_or(&bind).clone();
    store::insert(&tx, &made).await?;
    for other in next.binds.iter().filter(|next| next.id != id) {
        store::save(&tx, other).await?;
    }
    connect(&tx, &held).await?;
    if let Some(prepared) = prepared {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    let told = json!({
        "bind": id,
        "origin-kind": origin.kind(),
        "origin": origin.id(),
        "variables": made.given.0,
    });
    writing::record(&mut tx, ctx, &held, "job.bound", told).await?;
    // What changed since it was looked at is looked at again.
    rotating::wake(&mut tx, ctx, (held.organization_id, held.id.to_string())).await?;
    tx.commit().await?;
    Ok(made)
}

/// Takes away what a bind gave: the runs that are asked for from now on do not see it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when a variable is an alias of one of these.
pub async fn delete(ctx: &Ctx, id: BindId) -> Result<()> {
    let (bind, job) = load(ctx, id, JOB_ENV_UPDATE).await?;
    let before = env::load(ctx, &job, job.env_number).await?;
    let after = before.without_bind(id);
    let prepared = match after == before {
        true => None,
        false => Some(env::prepare(ctx, &job, &after).await.map_err(service::breaking)?),
    };
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, job.id).await?;
    if !store::delete(&tx, id).await? {
        return Err(Error::not_found(KIND, id));
    }
    connect(&tx, &held).await?;
    if let Some(prepared) = prepared {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    let origin = bind.origin()?;
    let told = json!({
        "bind": id,
        "origin-kind": origin.kind(),
        "origin": origin.id(),
        "variables": bind.given.0,
    });
    writing::record(&mut tx, ctx, &held, "job.unbound", told).await?;
    tx.commit().await
}

/// Writes what all binds of a job give now; nothing where nothing differs.
///
/// # Errors
///
/// `Conflict` when somebody changed the variables at this moment.
pub async fn rotate(ctx: &Ctx, id: JobId) -> Result<()> {
    let Some(job) = job_rows::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let binds = store::of_job(ctx.db.reader(), id).await?;
    if binds.is_empty() || job.is_leaving() {
        return Ok(());
    }
    let before = env::load(ctx, &job, job.env_number).await?;
    let next = giving::look(ctx, (job.organization_id, before), &binds, None).await?;
    if next.binds.is_empty() && next.env.is_none() {
        return Ok(());
    }
    let prepared = match &next.env {
        Some(after) => Some(env::prepare(ctx, &job, after).await?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, id).await?;
    for bind in &next.binds {
        store::save(&tx, bind).await?;
    }
    if let Some(prepared) = prepared {
        env::write(&tx, ctx, &mut held, prepared).await?;
    }
    let binds = next.binds.iter();
    let binds: Vec<_> = binds
        .map(|bind| json!({"bind": bind.id, "status": bind.status, "reason": bind.reason}))
        .collect();
    let told = json!({"variables": next.names, "binds": binds});
    writing::record(&mut tx, ctx, &held, "job.binds-changed", told).await?;
    tx.commit().await
}

/// The directory says what the job is bound to.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn connect(tx: &Tx, job: &Job) -> Result<()> {
    let volumes = volumes::store::binds_of_job(&**tx, job.id).await?;
    let mut needs: Vec<String> = volumes.iter().map(|bind| bind.volume_id.to_string()).collect();
    for bind in store::of_job(&**tx, job.id).await? {
        needs.extend(bind.origin()?.needs());
    }
    needs.sort();
    needs.dedup();
    directory::store::replace(tx, &job.id.to_string(), directory::BIND, &needs).await
}
