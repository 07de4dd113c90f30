//! Driving a run to its end.
//!
//! The cluster knows a run by the job and its number. Whoever drives it after a crash asks for the same again, and is told of what
//! was begun.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use slipway_api::Code;
use slipway_api::ids::JobRunId;
use slipway_api::jobs::JobRunStatus;
use slipway_connections::registries;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};
use tokio_util::sync::CancellationToken;

use super::model::{End, JobRun};
use super::{beginning, ending, store};
use crate::apps::model::number;
use crate::clusters::driver::{Desired, Driver, DriverError, Once, Readiness};
use crate::clusters::{self, service::failed};
use crate::job_versions::{pinning, store as versions};
use crate::jobs::{Job, store as jobs, writing};
use crate::process_settings::Marks;
use crate::telling::Telling;
use crate::{env, job_envs, plans, pools, volumes};

/// How often it is looked whether somebody wants a run to stop, and whether those before it have ended.
const LOOK: Duration = Duration::from_millis(500);
/// Between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(10);
/// Whoever goes on with a run has so long to hear that it ended before it counts as late.
const SHORTEST_LOOK: Duration = Duration::from_secs(5);

/// Drives the run that is the item's subject.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: JobRunId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no run of a job", item.subject)))?;
    Ok(drive(ctx, id).await?)
}

/// Takes a run to its end, and what it left away.
///
/// # Errors
///
/// Why that is not possible now.
pub async fn drive(ctx: &Ctx, id: JobRunId) -> Result<()> {
    let Some(run) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let Some(job) = jobs::find(ctx.db.reader(), run.job_id).await? else {
        return Ok(());
    };
    if !run.status.is_over() {
        let end = match to_its_end(ctx, &job, &run).await {
            Ok(end) => end,
            Err(error) if may_pass(&error) => return Err(error),
            Err(error) => End::without_code(JobRunStatus::Failed, error.in_words()),
        };
        ending::end(ctx, &run, &end).await?;
    }
    ctx.logs.seal(ctx, run.log_id).await?;
    forget(ctx, &job, &run).await?;
    ending::prune(ctx, &run).await
}

/// Something was away, or somebody else was faster.
fn may_pass(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Unavailable | Code::Internal | Code::Conflict | Code::TooManyRequests
    )
}

async fn to_its_end(ctx: &Ctx, job: &Job, run: &JobRun) -> Result<End> {
    let driver = match run.status {
        // What never began is ended without a cluster.
        JobRunStatus::Waiting => match turn(ctx, run).await? {
            Some(end) => return Ok(end),
            None => driver(ctx, job).await?,
        },
        _ => driver(ctx, job).await?,
    };
    if run.is_cancel_requested || run.is_late {
        // Who was killed while ending it may have taken it away: asked for again it would run again.
        forget_at(ctx, job, run, &*driver).await?;
        return Ok(cut_off(ctx, job, run).await?.unwrap_or_else(taken_away));
    }
    let version = versions::find(ctx.db.reader(), job.id, run.job_version).await?;
    let version = version.ok_or_else(|| Error::internal("a run without its version"))?;
    let version = pinning::pin(ctx, version, &*driver).await?;
    let image = version.digest.clone().unwrap_or_default();
    let run = match run.status {
        JobRunStatus::Waiting => {
            // It may have been cleared away since; what is wrong with it is said when it is started.
            let registry = registries::access::of_image(ctx, job.organization_id, &image).await?;
            driver.fetch(&image, registry.as_ref(), &|_| {}).await.ok();
            let begun = run.begun(ctx.now());
            let tx = ctx.begin().await?;
            if !store::begin(&tx, &begun).await? {
                // Canceled at this moment; or somebody else drives it.
                return Err(Error::conflict("The run is not as it was a moment ago."));
            }
            tx.commit().await?;
            begun
        }
        _ => run.clone(),
    };
    let desired = Desired {
        registry: registries::access::of_image(ctx, job.organization_id, &image).await?,
        image,
        command: version.command_with(&run.arguments.0),
        env: environment(ctx, job, &run).await?,
        mounts: volumes::of_jobs::mounts(ctx, job).await?,
        ..desired(ctx, job, &run).await?
    };
    followed(ctx, (job, &run), &once(job, &run, desired), &*driver).await
}

/// Waits until those are over that a run takes the place of; tells how it ended where it does not begin.
async fn turn(ctx: &Ctx, run: &JobRun) -> Result<Option<End>> {
    loop {
        let now = store::find(ctx.db.reader(), run.id).await?;
        if let Some(now) = now.filter(|now| now.is_cancel_requested) {
            return Ok(Some(End::without_code(JobRunStatus::Canceled, now.reason)));
        }
        let others = store::active(ctx.db.reader(), run.job_id).await?;
        let is_before = |other: &JobRun| other.number < run.number && other.is_cancel_requested;
        if !others.iter().any(is_before) {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How a run ended that was not let go to its end; nothing where it was.
async fn cut_off(ctx: &Ctx, job: &Job, run: &JobRun) -> Result<Option<End>> {
    let now = store::find(ctx.db.reader(), run.id).await?;
    let now = now.unwrap_or_else(|| run.clone());
    Ok(match (now.is_cancel_requested, now.is_late) {
        (true, _) => Some(End::without_code(JobRunStatus::Canceled, now.reason)),
        (false, true) => {
            let reason = format!("It was not through within {} s, and was ended.", job.deadline_seconds);
            Some(End::without_code(JobRunStatus::Failed, reason))
        }
        (false, false) => None,
    })
}

/// How a run ended of which nobody knows more.
fn taken_away() -> End {
    End::without_code(JobRunStatus::Canceled, "It was taken away while it ran.")
}

/// Runs it, or goes on with what runs, and tells what it writes.
async fn followed(ctx: &Ctx, (job, run): (&Job, &JobRun), once: &Once, driver: &dyn Driver) -> Result<End> {
    let told = Telling::open(ctx, run.log_id).await?;
    // What is kept already is told once more by the cluster.
    let kept = slipway_kernel::logs::get(ctx.db.reader(), run.log_id)
        .await?
        .stored_lines;
    let kept = kept.and_then(|lines| u64::try_from(lines).ok()).unwrap_or_default();
    let heard = AtomicU64::new(0);
    let hear = |line: String| {
        if heard.fetch_add(1, Ordering::Relaxed) >= kept {
            told.say(line);
        }
    };
    let cancelled = CancellationToken::new();
    let outcome = tokio::select! {
        biased;
        never = watch(ctx, run, once.longest, &cancelled) => match never {},
        outcome = driver.run_once(once, &cancelled, &hear) => outcome,
    };
    told.close().await;
    match outcome {
        Ok(0) => Ok(End::of_code(0)),
        // What was asked to end may say so itself, before whoever asked hears that it did.
        Ok(code) => Ok(cut_off(ctx, job, run).await?.unwrap_or_else(|| End::of_code(code))),
        Err(DriverError::Cancelled) => Ok(cut_off(ctx, job, run).await?.unwrap_or_else(taken_away)),
        Err(DriverError::Refused(reason)) => Ok(End::without_code(JobRunStatus::Failed, sentence(&reason))),
        Err(DriverError::Away(reason)) => Err(Error::unavailable(sentence(&reason))),
    }
}

/// Has a run ended when somebody wants that, and when it takes too long; either is written before.
async fn watch(ctx: &Ctx, run: &JobRun, longest: Duration, cancelled: &CancellationToken) -> std::convert::Infallible {
    let gone = run.started_at.map(|at| ctx.now().since(at)).unwrap_or_default();
    // What ended in time while nobody was there has to be found out first.
    let left = longest.saturating_sub(gone).max(SHORTEST_LOOK.min(longest));
    let late = async {
        tokio::time::sleep(left).await;
        while let Err(error) = note_late(ctx, run).await {
            tracing::warn!(run.id = %run.id, %error, "a run that takes too long cannot be ended yet");
            tokio::time::sleep(LOOK).await;
        }
    };
    let wanted = async {
        loop {
            match store::find(ctx.db.reader(), run.id).await {
                Ok(Some(now)) if now.is_cancel_requested => return,
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    };
    tokio::select! {
        () = wanted => {}
        () = late => {}
    }
    cancelled.cancel();
    std::future::pending().await
}

async fn note_late(ctx: &Ctx, run: &JobRun) -> Result<()> {
    let tx = ctx.begin().await?;
    store::note_late(&tx, run.id).await?;
    tx.commit().await
}

/// What its cluster still has of a run that is over.
async fn forget(ctx: &Ctx, job: &Job, run: &JobRun) -> Result<()> {
    let now = store::find(ctx.db.reader(), run.id).await?;
    if now.is_none_or(|now| now.started_at.is_none()) {
        return Ok(());
    }
    let driver = driver(ctx, job).await?;
    forget_at(ctx, job, run, &*driver).await
}

async fn forget_at(ctx: &Ctx, job: &Job, run: &JobRun, driver: &dyn Driver) -> Result<()> {
    let once = once(job, run, desired(ctx, job, run).await?);
    driver.forget_once(&once).await.map_err(failed)
}

async fn driver(ctx: &Ctx, job: &Job) -> Result<Arc<dyn Driver>> {
    let pool = pools::service::get(ctx, job.pool_id).await?;
    clusters::service::driver(ctx, pool.cluster_id).await
}

fn once(job: &Job, run: &JobRun, unit: Desired) -> Once {
    Once {
        owner: job.id.to_string(),
        name: format!("run-{}", run.number),
        unit,
        longest: Duration::from_secs(u64::try_from(job.deadline_seconds).unwrap_or_default()),
        grace: GRACE,
    }
}

/// A unit of a run, but for what it runs.
async fn desired(ctx: &Ctx, job: &Job, run: &JobRun) -> Result<Desired> {
    let plan = plans::service::get(ctx, job.plan_id).await?.plan();
    Ok(Desired {
        // No app: what runs by itself is known by its owner.
        app: job.id.counterpart(),
        organization: job.organization_id,
        deploy: number(run.number),
        version: number(run.job_version),
        process: "run".to_owned(),
        units: 1,
        image: String::new(),
        registry: None,
        command: Vec::new(),
        env: BTreeMap::new(),
        memory: plan.memory,
        processor: plan.processor_limit(),
        processor_kept: plan.processor,
        readiness: Readiness::default(),
        mounts: Vec::new(),
        marks: Marks::default(),
        autoscale: None,
    })
}

/// What a run sees.
async fn environment(ctx: &Ctx, job: &Job, run: &JobRun) -> Result<BTreeMap<String, String>> {
    let environment = job_envs::service::load(ctx, job, run.env_number).await?;
    let mut env = env::seen(&environment, "").map_err(env::service::refused)?;
    env.insert("SLIPWAY_JOB".to_owned(), job.name.to_string());
    env.insert("SLIPWAY_RUN".to_owned(), run.number.to_string());
    env.insert("SLIPWAY_ATTEMPT".to_owned(), run.attempt.to_string());
    env.insert("SLIPWAY_VERSION".to_owned(), run.job_version.to_string());
    Ok(env)
}

/// Has runs gone on with whose item gave up, because their cluster was away for long, and so jobs that are being deleted.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn wake_all(ctx: &Ctx) -> Result<()> {
    for run in store::all_active(ctx.db.reader(), ctx.now()).await? {
        let mut tx = ctx.begin().await?;
        beginning::wake(&mut tx, ctx, &run).await?;
        tx.commit().await?;
    }
    for job in jobs::leaving(ctx.db.reader()).await? {
        let mut tx = ctx.begin().await?;
        writing::wake(&mut tx, ctx, &job).await?;
        tx.commit().await?;
    }
    Ok(())
}
