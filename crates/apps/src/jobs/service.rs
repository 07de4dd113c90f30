//! What people and the rest of the program do with jobs.

use serde_json::{Value, json};
use slipway_api::Name;
use slipway_api::ids::JobId;
use slipway_api::jobs::{JobChanges, JobStatus, NewJob};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects;
use slipway_infra::schedules::rhythm;
use slipway_kernel::blobs::Owner;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::{Permission, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::schedules::{self, NewSchedule, Timing};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx, directory};

use super::model::{Job, KIND, Place};
use super::store::{self, Filter, Sort};
use super::writing;
use crate::apps::service::destination;
use crate::clusters::image_name;
use crate::job_versions::model::{Words, require_possible};
use crate::job_versions::{JobVersion, store as versions};
use crate::permissions::{JOB_CREATE, JOB_DELETE, JOB_READ, JOB_UPDATE};
use crate::pool_constraints::placing;
use crate::work::JOB_TICK;

/// The job, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: JobId, permission: Permission) -> Result<Job> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let job = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &job.target()).await?;
    Ok(job)
}

/// The job of this name, if the caller may see it.
///
/// # Errors
///
/// `NotFound`.
pub async fn by_name(ctx: &Ctx, organization: &Organization, name: &Name) -> Result<Job> {
    let found = store::by_name(ctx.db.reader(), organization.id, name).await?;
    let job = found.ok_or_else(|| Error::not_found(KIND, name))?;
    let target = Target {
        name: name.to_string().into(),
        ..job.target()
    };
    ctx.authorize(JOB_READ, &target).await?;
    Ok(job)
}

/// A page of an organization's jobs that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    order: (Sort, &Page),
) -> Result<Listed<Job>> {
    let visible = ctx.visible(JOB_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, order).await
}

/// Makes a job; the clock starts it from now on, where it says when.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid`, with every field at fault and every rule of the pool that it breaks.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewJob) -> Result<Job> {
    let project = destination(ctx, organization, (wanted.project_id, JOB_CREATE)).await?;
    let choice = (wanted.pool.as_ref(), wanted.plan.as_ref());
    let (pool, plan) = placing::chosen(ctx, (organization, &project), choice).await?;
    let place = Place {
        id: ctx.new_id()?,
        of: (organization.id, project.id),
        pool: pool.id,
        plan: plan.id,
    };
    let mut job = Job::new(place, &wanted, ctx.now())?;
    let image = image_name(&wanted.image)?;
    require_possible("command", &wanted.command)?;
    let timing = timing(ctx, &job)?;
    let version = version(ctx, &job, (image, wanted.command))?;
    let mut tx = ctx.begin().await?;
    projects::hold(&tx, project.id).await?;
    if let Some(timing) = timing {
        job.schedule_id = Some(schedules::create(&tx, ctx, firing(&job, timing)).await?);
    }
    store::insert(&tx, &job).await?;
    versions::insert(&tx, &version).await?;
    directory::store::put(&tx, &job.object()).await?;
    let labels: Vec<&str> = job.labels().collect();
    let told = json!({
        "name": job.name,
        "description": job.description,
        "labels": labels,
        "pool": pool.name,
        "plan": plan.name,
        "image": version.image,
        "cron": job.cron,
        "time-zone": job.time_zone,
        "concurrency": job.concurrency,
    });
    writing::record(&mut tx, ctx, &job, "job.created", told).await?;
    writing::wake(&mut tx, ctx, &job).await?;
    tx.commit().await?;
    Ok(job)
}

/// Changes a job, from the row that the caller saw. Another image or command is a new version, which the next run has.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, seen: &Job, changes: JobChanges) -> Result<Job> {
    ctx.authorize(JOB_UPDATE, &seen.target()).await?;
    require_there(seen)?;
    let plan = match &changes.plan {
        Some(name) => {
            let of = (seen.organization_id, seen.pool_id, seen.plan_id);
            Some(placing::other_plan(ctx, of, name).await?)
        }
        None => None,
    };
    let mut job = seen.changed(&changes, plan.as_ref().map(|plan| plan.id), ctx.now())?;
    let is_moved = (&job.cron, &job.time_zone) != (&seen.cron, &seen.time_zone);
    let timing = if is_moved { timing(ctx, &job)? } else { None };
    let version = next_version(ctx, (seen, &job), &changes).await?;
    let told = told(seen, &job, (&changes, version.as_ref()));
    if told.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(seen.clone());
    }
    let mut tx = ctx.begin().await?;
    if is_moved {
        job.schedule_id = moved(&tx, ctx, &job, timing).await?;
    }
    if let Some(version) = &version {
        versions::insert(&tx, version).await?;
    }
    writing::update(&mut tx, ctx, &job, ("job.updated", told)).await?;
    if version.is_some() {
        writing::wake(&mut tx, ctx, &job).await?;
    }
    tx.commit().await?;
    Ok(job)
}

/// Has the clock start nothing, or go on with its next time from now.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it at this moment; `Conflict` where there is no clock to hold back.
pub async fn pause(ctx: &Ctx, id: JobId, is_paused: bool) -> Result<Job> {
    let seen = load(ctx, id, JOB_UPDATE).await?;
    require_there(&seen)?;
    let Some(schedule) = seen.schedule_id else {
        return Err(Error::conflict(format!(
            "The job \"{}\" runs only when somebody wants it: there is nothing to hold back. Give it a schedule first.",
            seen.name
        )));
    };
    if seen.is_paused == is_paused {
        return Ok(seen);
    }
    let job = seen.paused(is_paused, ctx.now());
    let mut tx = ctx.begin().await?;
    let action = match is_paused {
        true => {
            schedules::pause(&tx, schedule).await?;
            "job.paused"
        }
        false => {
            schedules::resume(&tx, ctx, schedule).await?;
            "job.resumed"
        }
    };
    writing::update(&mut tx, ctx, &job, (action, json!({}))).await?;
    tx.commit().await?;
    Ok(job)
}

/// Begins to delete a job: the clock starts nothing any more, what runs is canceled, and then it is gone with its history.
///
/// # Errors
///
/// `Forbidden`.
pub async fn delete(ctx: &Ctx, id: JobId) -> Result<()> {
    let job = load(ctx, id, JOB_DELETE).await?;
    begin_to_delete(ctx, &job).await
}

async fn begin_to_delete(ctx: &Ctx, job: &Job) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let mut held = writing::hold(&tx, job.id).await?;
    if !held.is_leaving() {
        held.status = JobStatus::Deleting;
        writing::note(&tx, &held).await?;
        writing::record(&mut tx, ctx, &held, "job.deleting", json!({})).await?;
    }
    writing::wake(&mut tx, ctx, &held).await?;
    tx.commit().await
}

/// Begins to delete the jobs of organizations and projects that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let mut jobs = Vec::new();
    for organization in organizations::service::deleting(ctx).await? {
        jobs.extend(store::of(ctx.db.reader(), organization.id, None).await?);
    }
    for project in projects::service::deleting(ctx).await? {
        jobs.extend(store::of(ctx.db.reader(), project.organization_id, Some(project.id)).await?);
    }
    for job in jobs {
        begin_to_delete(ctx, &job).await?;
    }
    Ok(())
}

/// Refuses to do something with a job that is going.
///
/// # Errors
///
/// `Conflict`.
pub(crate) fn require_there(job: &Job) -> Result<()> {
    match job.is_leaving() {
        true => Err(Error::conflict(format!("The job \"{}\" is being deleted.", job.name))),
        false => Ok(()),
    }
}

/// When a job is due, if the clock starts it at all; it has to come.
fn timing(ctx: &Ctx, job: &Job) -> Result<Option<Timing>> {
    schedules::local(ctx.now(), &job.time_zone)?;
    let cron = job.cron.as_deref();
    cron.map(|cron| rhythm(cron, &job.time_zone, ctx.now())).transpose()
}

/// What fires when a job is due.
fn firing(job: &Job, timing: Timing) -> NewSchedule {
    NewSchedule {
        organization: Some(job.organization_id),
        owner: Owner::new(KIND, job.id),
        kind: JOB_TICK,
        payload: Value::Null,
        timing,
    }
}

/// Has the clock start a job at other times, or not at all.
async fn moved(tx: &Tx, ctx: &Ctx, job: &Job, timing: Option<Timing>) -> Result<Option<slipway_api::ids::ScheduleId>> {
    match (job.schedule_id, timing) {
        (Some(schedule), Some(timing)) => {
            schedules::reschedule(tx, ctx, schedule, timing).await?;
            Ok(Some(schedule))
        }
        (Some(schedule), None) => schedules::remove(tx, schedule).await.map(|()| None),
        (None, Some(timing)) => {
            let schedule = schedules::create(tx, ctx, firing(job, timing)).await?;
            if job.is_paused {
                schedules::pause(tx, schedule).await?;
            }
            Ok(Some(schedule))
        }
        (None, None) => Ok(None),
    }
}

/// The newest version of a job, of which the image is not known yet.
fn version(ctx: &Ctx, job: &Job, (image, command): (String, Vec<String>)) -> Result<JobVersion> {
    Ok(JobVersion {
        id: ctx.new_id()?,
        job_id: job.id,
        organization_id: job.organization_id,
        number: job.current_version,
        image,
        digest: None,
        reason: String::new(),
        command: Words(command),
        entrypoint: Words::default(),
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    })
}

/// The version that a change makes, if it does. Another command has the same image as before.
async fn next_version(ctx: &Ctx, (seen, job): (&Job, &Job), changes: &JobChanges) -> Result<Option<JobVersion>> {
    if job.current_version == seen.current_version {
        return Ok(None);
    }
    let before = versions::find(ctx.db.reader(), seen.id, seen.current_version).await?;
    let before = before.ok_or_else(|| Error::internal("a job without a version"))?;
    let command = changes.command.clone().unwrap_or_else(|| before.command.0.clone());
    require_possible("command", &command)?;
    Ok(Some(match &changes.image {
        Some(image) => version(ctx, job, (image_name(image)?, command))?,
        None => JobVersion {
            digest: before.digest,
            entrypoint: before.entrypoint,
            ..version(ctx, job, (before.image, command))?
        },
    }))
}

/// What a change changes.
fn told(seen: &Job, job: &Job, (changes, version): (&JobChanges, Option<&JobVersion>)) -> Value {
    let labels = |job: &Job| job.labels().map(str::to_owned).collect::<Vec<_>>();
    let fields = [
        ("description", json!(seen.description), json!(job.description)),
        ("labels", json!(labels(seen)), json!(labels(job))),
        ("cron", json!(seen.cron), json!(job.cron)),
        ("time-zone", json!(seen.time_zone), json!(job.time_zone)),
        ("concurrency", json!(seen.concurrency), json!(job.concurrency)),
        (
            "deadline-seconds",
            json!(seen.deadline_seconds),
            json!(job.deadline_seconds),
        ),
        ("retries", json!(seen.retries), json!(job.retries)),
        (
            "start-within-seconds",
            json!(seen.start_within_seconds),
            json!(job.start_within_seconds),
        ),
        ("kept-runs", json!(seen.kept_runs), json!(job.kept_runs)),
    ];
    let differing = fields.into_iter().filter(|(_, before, after)| before != after);
    let mut told: serde_json::Map<String, Value> = differing
        .map(|(field, before, after)| (field.to_owned(), json!([before, after])))
        .collect();
    if let Some(plan) = changes.plan.as_ref().filter(|_| job.plan_id != seen.plan_id) {
        told.insert("plan".to_owned(), json!(plan));
    }
    if let Some(version) = version {
        told.insert("version".to_owned(), json!(version.number));
        told.insert("image".to_owned(), json!(version.image));
    }
    Value::Object(told)
}
