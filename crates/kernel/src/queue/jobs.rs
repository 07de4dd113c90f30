//! The server's own work: claims items of the pool `server` and carries them out, several at once.
//!
//! What must stay true: each claim is one short transaction; items of one kind about one subject are never done at once, in
//! no two replicas, so that an owner who names what he works on needs no lock of his own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use slipway_api::{Code, Timestamp};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::leases;
use super::model::{LONG_POOL, SERVER_POOL, WorkItem};
use super::store::{self, Barred, Lease};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;
use crate::wakes::Topic;

/// A kind of work that the server does itself. It must be repeatable: it may run again after a crash.
pub struct Job {
    /// The kind of its items.
    pub kind: &'static str,
    /// Does it. The job itself decides by its error whether trying again makes sense.
    pub run: for<'a> fn(&'a Ctx, &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>>,
}

/// Why a job did not succeed.
#[derive(Debug)]
pub enum JobError {
    /// Try again later: something outside was away.
    Retry(String),
    /// Try again, but not before a moment: the other side named it.
    Later {
        /// Why.
        reason: String,
        /// From when.
        at: Timestamp,
    },
    /// Never again: a person must look.
    Fail(String),
}

/// The database is away or somebody else was faster: worth another try.
impl From<crate::errors::Error> for JobError {
    fn from(error: crate::errors::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

/// How long a job may be silent. A job says itself that it goes on, so that what a server that was killed had begun is
/// done again soon.
const LEASE: Duration = Duration::from_secs(30);
/// How often a job says that it goes on.
const BEAT: Duration = Duration::from_secs(5);
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Jobs that have their places in common.
struct Lane {
    pool: &'static str,
    /// Jobs that a process does at once.
    at_once: usize,
    /// Of these, jobs of one kind: a flood of one kind, or one whose other side does not answer, leaves room for the others.
    of_one_kind: usize,
}

const LANES: [Lane; 2] = [
    // They mostly wait for others: forges, mail servers.
    Lane {
        pool: SERVER_POOL,
        at_once: 8,
        of_one_kind: 6,
    },
    // Each only follows what goes on elsewhere, for hours perhaps.
    Lane {
        pool: LONG_POOL,
        at_once: 64,
        of_one_kind: 64,
    },
];

/// Does the server's items, several at once, for as long as the process lives. Of items of one kind about one subject one
/// goes after the other, in all replicas. When this is dropped, what is being done is dropped with it and done again later.
///
/// # Errors
///
/// Those of the database, once what was being done has ended, but for what may take hours; the caller starts it again.
pub async fn run(ctx: &Ctx, jobs: &Arc<HashMap<&'static str, Job>>, owner: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Queue);
    let mut at_work = AtWork::default();
    loop {
        if let Err(error) = start_ready(ctx, jobs, owner, &mut at_work).await {
            at_work.end().await;
            return Err(error);
        }
        tokio::select! {
            () = listener.wait(PATIENCE) => {}
            Some(ended) = at_work.tasks.join_next_with_id() => at_work.ended(&ended),
        }
    }
}

/// What a process does now.
#[derive(Default)]
struct AtWork {
    tasks: JoinSet<()>,
    /// Pool and kind.
    kinds: HashMap<tokio::task::Id, (&'static str, String)>,
    /// Those that nobody waits for.
    long: Vec<AbortHandle>,
}

impl AtWork {
    fn add(&mut self, (lane, kind): (&Lane, String), work: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(work);
        self.kinds.insert(task.id(), (lane.pool, kind));
        if lane.pool == LONG_POOL {
            self.long.retain(|task| !task.is_finished());
            self.long.push(task);
        }
    }

    /// Waits for what is being done. What may take hours is dropped, and done again when its lease ends.
    async fn end(mut self) {
        self.long.iter().for_each(AbortHandle::abort);
        while self.tasks.join_next().await.is_some() {}
    }

    fn ended(&mut self, ended: &std::result::Result<(tokio::task::Id, ()), JoinError>) {
        let task = match ended {
            Ok((task, ())) => *task,
            Err(error) => {
                tracing::error!(%error, "a job panicked; it is done again when its lease ends");
                error.id()
            }
        };
        self.kinds.remove(&task);
    }

    /// Kinds of the jobs of a lane.
    fn of<'a>(&'a self, lane: &'a Lane) -> impl Iterator<Item = &'a str> {
        let those = self.kinds.values().filter(|(pool, _)| *pool == lane.pool);
        those.map(|(_, kind)| kind.as_str())
    }

    fn has_room(&self, lane: &Lane) -> bool {
        self.of(lane).count() < lane.at_once
    }

    /// Kinds of which no more may be begun.
    fn full(&self, lane: &Lane) -> Vec<String> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for kind in self.of(lane) {
            *counts.entry(kind).or_default() += 1;
        }
        let full = counts.into_iter().filter(|(_, count)| *count >= lane.of_one_kind);
        full.map(|(kind, _)| kind.to_owned()).collect()
    }
}

async fn start_ready(
    ctx: &Ctx,
    jobs: &Arc<HashMap<&'static str, Job>>,
    owner: &str,
    at_work: &mut AtWork,
) -> Result<()> {
    for lane in &LANES {
        while at_work.has_room(lane) && !ctx.wakes.is_ending() {
            let Some(item) = claim_next(ctx, owner, (lane, at_work.full(lane))).await? else {
                break;
            };
            let (ctx, jobs) = (ctx.clone(), Arc::clone(jobs));
            at_work.add((lane, item.kind.clone()), async move {
                if let Err(error) = perform(&ctx, &jobs, &item).await {
                    // Its lease ends by itself, and it is done again.
                    tracing::warn!(work_item.id = %item.id, work_item.kind = %item.kind, %error, "job has an outcome that cannot be written");
                }
            });
        }
    }
    put_back(ctx).await.map(|_| ())
}

/// Does the next item and says whether there was one.
///
/// # Errors
///
/// Those of the database.
pub async fn run_next(ctx: &Ctx, jobs: &HashMap<&'static str, Job>, owner: &str) -> Result<bool> {
    for lane in &LANES {
        if let Some(item) = claim_next(ctx, owner, (lane, Vec::new())).await? {
            perform(ctx, jobs, &item).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Claims the next item of a kind that is not `full`, and about a subject that nothing of its kind is being done about.
async fn claim_next(ctx: &Ctx, owner: &str, (lane, full): (&Lane, Vec<String>)) -> Result<Option<WorkItem>> {
    let pools = [lane.pool.to_owned()];
    // A look costs less than a transaction, and mostly there is nothing.
    if store::next_ready_at(ctx.db.reader(), &pools)
        .await?
        .is_none_or(|ready| ready > ctx.now())
    {
        return Ok(None);
    }
    let tx = ctx.begin().await?;
    // Two replicas that claim at once would not see each other's subjects.
    leases::line_up(&tx, ctx, "claims:server").await?;
    let barred = Barred {
        kinds: full,
        subjects: store::held_subjects(&tx, lane.pool).await?,
    };
    let lease = Lease {
        pools: &pools,
        owner: owner.to_owned(),
        duration: LEASE,
        token_hash: None,
    };
    let Some(item) = store::claim_but(&tx, ctx.now(), &lease, &barred).await? else {
        return Ok(None);
    };
    tx.commit().await?;
    Ok(Some(item))
}

async fn perform(ctx: &Ctx, jobs: &HashMap<&'static str, Job>, item: &WorkItem) -> Result<()> {
    let outcome = match jobs.get(item.kind.as_str()) {
        Some(job) => keeping(ctx, item, (job.run)(ctx, item)).await,
        None => Err(JobError::Fail(format!("this version has no job \"{}\"", item.kind))),
    };
    settle(ctx, item, outcome).await
}

/// Does a job, and keeps its lease meanwhile. Both go on side by side: the job may have the only writing connection.
async fn keeping(ctx: &Ctx, item: &WorkItem, job: BoxFuture<'_, Result<(), JobError>>) -> Result<(), JobError> {
    let beating = async {
        loop {
            tokio::time::sleep(BEAT).await;
            if let Err(error) = extend(ctx, item).await {
                tracing::warn!(work_item.id = %item.id, work_item.kind = %item.kind, %error, "job cannot keep its lease");
            }
        }
    };
    tokio::select! {
        outcome = job => outcome,
        () = beating => Ok(()),
    }
}

async fn extend(ctx: &Ctx, item: &WorkItem) -> Result<()> {
    let tx = ctx.begin().await?;
    store::heartbeat(&tx, item.id, item.fence, ctx.now().after(LEASE)).await?;
    tx.commit().await
}

/// Puts jobs back whose server fell silent, and says how many.
///
/// # Errors
///
/// Those of the database.
pub async fn put_back(ctx: &Ctx) -> Result<usize> {
    // A look costs less than a transaction, and mostly there is nothing.
    let mut count = 0;
    for Lane { pool, .. } in &LANES {
        if store::has_silent(ctx.db.reader(), pool, ctx.now()).await? {
            let mut tx = ctx.begin().await?;
            count += store::reap_of(&mut tx, Some(pool), ctx.now()).await?;
            tx.commit().await?;
        }
    }
    Ok(count)
}

/// Writes down how it went. A job that outlived its lease changes nothing any more: its item is another's by now.
async fn settle(ctx: &Ctx, item: &WorkItem, outcome: Result<(), JobError>) -> Result<()> {
    let mut tx = ctx.begin().await?;
    match write_outcome(&mut tx, ctx, item, outcome).await {
        Ok(()) => tx.commit().await,
        Err(error) if error.code() == Code::StaleLease => {
            tracing::warn!(work_item.id = %item.id, work_item.kind = %item.kind, "job outlived its lease and runs again");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

async fn write_outcome(tx: &mut Tx, ctx: &Ctx, item: &WorkItem, outcome: Result<(), JobError>) -> Result<()> {
    match outcome {
        Ok(()) => store::finish(tx, item.id, item.fence, ctx.now()).await,
        Err(JobError::Retry(reason)) => {
            tracing::warn!(work_item.id = %item.id, work_item.kind = %item.kind, reason, "job will be tried again");
            store::retry(tx, item, backoff(ctx, item.attempt)?, &reason).await
        }
        Err(JobError::Later { reason, at }) => {
            tracing::info!(work_item.id = %item.id, work_item.kind = %item.kind, reason, "job waits as it was told");
            store::retry(tx, item, at.max(ctx.now()).after(spread(ctx)?), &reason).await
        }
        Err(JobError::Fail(reason)) => {
            tracing::error!(work_item.id = %item.id, work_item.kind = %item.kind, reason, "job failed");
            let last = WorkItem {
                attempt: item.max_attempts,
                ..item.clone()
            };
            store::retry(tx, &last, ctx.now(), &reason).await
        }
    }
}

/// Up to three seconds, so that not all that were told the same moment come at once.
fn spread(ctx: &Ctx) -> Result<Duration> {
    Ok(Duration::from_millis(ctx.random.number()? % 3_000))
}

/// Doubles from two seconds to ten minutes, spread by up to a quarter.
fn backoff(ctx: &Ctx, attempt: i64) -> Result<Timestamp> {
    let exponent = u32::try_from(attempt.clamp(1, 9)).unwrap_or(1);
    let base_ms = (1_000u64 << exponent).min(600_000);
    let jitter_ms = ctx.random.number()? % (base_ms / 4);
    Ok(ctx.now().after(Duration::from_millis(base_ms + jitter_ms)))
}
