//! What people and runs do with variables of jobs.

use serde_json::json;
use slipway_api::apps::{AppEnvChange, NewAppVariable, UnsetAppVariable};
use slipway_api::ids::JobEnvId;
use slipway_api::jobs::{JobEnv, JobEnvChange, JobVariable, NewJobVariable};
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::store;
use crate::apps::model::number;
use crate::binds::origins;
use crate::env::service::{LARGEST, bound, read, refused};
use crate::env::{Environment, Given, seen, stored};
use crate::jobs::{Job, writing};
use crate::permissions::JOB_ENV_UPDATE;

/// What is set for a job, as it was after a change.
///
/// # Errors
///
/// Those of the database.
pub async fn load(ctx: &Ctx, job: &Job, number: i64) -> Result<Environment> {
    let Some(row) = store::find(ctx.db.reader(), job.id, number).await? else {
        // Nobody ever set anything.
        return Ok(Environment::default());
    };
    let scope = Some(job.organization_id);
    let opened = ctx
        .secrets
        .open(ctx.db.reader(), scope, &place(row.id), &row.sealed)
        .await?;
    stored::read(opened.expose()).map_err(Error::internal)
}

/// What is set for a job now, without what is private.
///
/// # Errors
///
/// Those of the database.
pub async fn show(ctx: &Ctx, job: &Job) -> Result<JobEnv> {
    shown(ctx, job, &load(ctx, job, job.env_number).await?).await
}

async fn shown(ctx: &Ctx, job: &Job, environment: &Environment) -> Result<JobEnv> {
    let called = origins::called_of_job(ctx, job).await?;
    let variables = environment.0.values().flatten().map(|(name, variable)| JobVariable {
        name: name.clone(),
        value: match &variable.given {
            Given::Value(value) if !variable.is_private => Some(value.clone()),
            _ => None,
        },
        alias_of: match &variable.given {
            Given::Alias(of) => Some(of.clone()),
            Given::Value(_) => None,
        },
        is_private: variable.is_private,
        managed_by: match variable.bind() {
            Some(bind) => format!("bind to {}", called.get(&bind).map_or("something", String::as_str)),
            None => variable.managed_by.clone(),
        },
    });
    Ok(JobEnv {
        number: number(job.env_number),
        variables: variables.collect(),
    })
}

/// Variables as they shall be, checked and sealed, and not yet written, as those of apps.
pub(crate) struct Prepared {
    id: JobEnvId,
    sealed: Vec<u8>,
    /// The number of those that they come of.
    of: i64,
}

/// Checks and seals variables for a job, which come of those that it has.
///
/// # Errors
///
/// `Invalid` with the variable.
pub(crate) async fn prepare(ctx: &Ctx, job: &Job, after: &Environment) -> Result<Prepared> {
    seen(after, "").map_err(refused)?;
    let content = stored::write(after).map_err(Error::internal)?;
    if content.len() > LARGEST {
        let detail = format!("All variables of a job have at most {} KiB together.", LARGEST >> 10);
        return Err(Error::invalid("/data/attributes/set", detail));
    }
    let id: JobEnvId = ctx.new_id()?;
    let scope = Some(job.organization_id);
    let sealed = ctx.secrets.seal(ctx.db.reader(), scope, &place(id), &content).await?;
    Ok(Prepared {
        id,
        sealed,
        of: job.env_number,
    })
}

/// Writes variables of a job that this transaction holds; the next run sees them.
///
/// # Errors
///
/// `Conflict` when somebody changed them since.
pub(crate) async fn write(tx: &Tx, ctx: &Ctx, held: &mut Job, prepared: Prepared) -> Result<()> {
    if held.env_number != prepared.of {
        return Err(Error::conflict(
            "Somebody changed the variables at this moment. Look at them again, and repeat your change if it is still wanted.",
        ));
    }
    held.env_number += 1;
    let row = store::Model {
        id: prepared.id,
        job_id: held.id,
        organization_id: held.organization_id,
        number: held.env_number,
        sealed: prepared.sealed,
        changed_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    store::insert(tx, row).await?;
    writing::note(tx, held).await
}

/// Changes variables, all at once; the next run sees them.
///
/// # Errors
///
/// `Forbidden`; `Invalid` with the variable; `Conflict` when somebody changed them at this moment.
pub async fn change(ctx: &Ctx, job: &Job, wanted: JobEnvChange) -> Result<JobEnv> {
    ctx.authorize(JOB_ENV_UPDATE, &job.target()).await?;
    let changes = read(of_every_process(wanted))?;
    let before = load(ctx, job, job.env_number).await?;
    let bound = bound(&before, &origins::called_of_job(ctx, job).await?);
    let after = before.changed(&changes, &bound).map_err(refused)?;
    if after == before {
        return shown(ctx, job, &before).await;
    }
    let prepared = prepare(ctx, job, &after).await?;
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, job.id).await?;
    write(&tx, ctx, &mut held, prepared).await?;
    let told = json!({
        "number": held.env_number,
        "set": changes.set.iter().map(|one| &one.name).collect::<Vec<_>>(),
        "unset": changes.unset.iter().map(|(_, name)| name).collect::<Vec<_>>(),
    });
    writing::record(&mut tx, ctx, &held, "job.env-changed", told).await?;
    tx.commit().await?;
    shown(ctx, &held, &after).await
}

/// A change of an app's variables that says the same.
fn of_every_process(wanted: JobEnvChange) -> AppEnvChange {
    let set = |one: NewJobVariable| NewAppVariable {
        name: one.name,
        process: String::new(),
        value: one.value,
        alias_of: one.alias_of,
        is_private: one.is_private,
    };
    let unset = |name| UnsetAppVariable {
        name,
        process: String::new(),
    };
    AppEnvChange {
        set: wanted.set.into_iter().map(set).collect(),
        unset: wanted.unset.into_iter().map(unset).collect(),
        managed_by: wanted.managed_by,
        prune: wanted.prune,
        staged: false,
    }
}

/// Where an environment lies.
fn place(id: JobEnvId) -> Place {
    Place::new("job_envs", "sealed", id)
}
