//! The server's own work: claims items of the pool `server` and carries them out.

use std::collections::HashMap;
use std::time::Duration;

use futures::future::BoxFuture;
use slipway_api::{Code, Timestamp};

use super::model::{SERVER_POOL, WorkItem};
use super::store::{self, Lease};
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

/// Does the server's items one after another, for as long as the process lives.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, jobs: &HashMap<&'static str, Job>, owner: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Queue);
    loop {
        while run_next(ctx, jobs, owner).await? {}
        put_back(ctx).await?;
        listener.wait(PATIENCE).await;
    }
}

/// Does the next item and says whether there was one.
///
/// # Errors
///
/// Those of the database.
pub async fn run_next(ctx: &Ctx, jobs: &HashMap<&'static str, Job>, owner: &str) -> Result<bool> {
    let pools = [SERVER_POOL.to_owned()];
    // A look costs less than a transaction, and mostly there is nothing.
    if store::next_ready_at(ctx.db.reader(), &pools)
        .await?
        .is_none_or(|ready| ready > ctx.now())
    {
        return Ok(false);
    }
    let tx = ctx.begin().await?;
    let lease = Lease {
        pools: &pools,
        owner: owner.to_owned(),
        duration: LEASE,
        token_hash: None,
    };
    let Some(item) = store::claim(&tx, ctx.now(), &lease).await? else {
        return Ok(false);
    };
    tx.commit().await?;
    let outcome = match jobs.get(item.kind.as_str()) {
        Some(job) => keeping(ctx, &item, (job.run)(ctx, &item)).await,
        None => Err(JobError::Fail(format!("this version has no job \"{}\"", item.kind))),
    };
    settle(ctx, &item, outcome).await?;
    Ok(true)
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
    if !store::has_silent(ctx.db.reader(), SERVER_POOL, ctx.now()).await? {
        return Ok(0);
    }
    let mut tx = ctx.begin().await?;
    let count = store::reap_of(&mut tx, Some(SERVER_POOL), ctx.now()).await?;
    tx.commit().await?;
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

/// Doubles from two seconds to ten minutes, spread by up to a quarter.
fn backoff(ctx: &Ctx, attempt: i64) -> Result<Timestamp> {
    let exponent = u32::try_from(attempt.clamp(1, 9)).unwrap_or(1);
    let base_ms = (1_000u64 << exponent).min(600_000);
    let jitter_ms = ctx.random.number()? % (base_ms / 4);
    Ok(ctx.now().after(Duration::from_millis(base_ms + jitter_ms)))
}
