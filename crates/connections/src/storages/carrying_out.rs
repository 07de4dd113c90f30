//! Making, repairing and removing a bucket: the server's job, one at a time for each storage.
//!
//! It may be killed anywhere. What it did is seen at the cloud, by the tag that is there from the bucket's first moment, and the
//! one thing that the cloud does not show, that the making began after there was no bucket, is in the row.

use std::time::Duration;

use futures::FutureExt;
use serde_json::{Value, json};
use slipway_api::ids::StorageId;
use slipway_api::storages::{StorageDifference, StorageStatus, StorageTask};
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result};

use super::clouds::{Trouble, open};
use super::decide::{Next, Seen, Setting, differences, next};
use super::model::Storage;
use super::service::record;
use super::store;

/// Does what a storage was asked for. Subject: the storage.
pub const WORK: &str = "connections.storage";
/// How soon to look again at what the cloud is still at.
const SOON: Duration = Duration::from_secs(5);

/// The job of the queue.
#[must_use]
pub fn job() -> Job {
    Job {
        kind: WORK,
        run: |ctx, item| carry_out(ctx, item).boxed(),
    }
}

/// Has a storage worked at soon, after this transaction.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, storage: &Storage) -> Result<()> {
    let item = NewItem {
        organization: Some(storage.organization_id),
        ..NewItem::job(WORK, storage.id, json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

async fn carry_out(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: StorageId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no storage", item.subject)))?;
    let Some(storage) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    if !storage.is_working {
        return Ok(());
    }
    let is_last = item.attempt >= item.max_attempts;
    let done = match storage.task {
        StorageTask::Create | StorageTask::Repair => ensure(ctx, &storage).await,
        StorageTask::Destroy => remove(ctx, &storage).await.map(|()| Vec::new()),
    };
    let now = ctx.now();
    match done {
        Ok(differing) => settle(ctx, &storage, &storage.done(differing, now)).await?,
        Err(Trouble::Busy(reason)) if !is_last => {
            return Err(JobError::Later {
                reason,
                at: now.after(SOON),
            });
        }
        Err(trouble @ Trouble::Away(_)) if !is_last => {
            note(ctx, &storage, trouble.in_words()).await?;
            return Err(JobError::Retry(trouble.in_words()));
        }
        Err(trouble) => settle(ctx, &storage, &storage.failed(trouble.in_words(), now)).await?,
    }
    Ok(())
}

/// Makes the bucket, if it is not there, and everything about it as it has to be.
async fn ensure(ctx: &Ctx, storage: &Storage) -> Result<Vec<StorageDifference>, Trouble> {
    let seen = open(ctx, storage).await?.see().await?;
    if next(&seen) != Next::Create {
        return put_right(ctx, storage, &seen).await;
    }
    let storage = &begun(ctx, storage).await?;
    let cloud = open(ctx, storage).await?;
    cloud.create().await?;
    let seen = cloud.see().await?;
    put_right(ctx, storage, &seen).await
}

/// That there was no bucket, so that one that is there later is ours or was made after that.
async fn begun(ctx: &Ctx, storage: &Storage) -> Result<Storage> {
    let next = Storage {
        is_begun: true,
        ..storage.clone()
    };
    let tx = ctx.begin().await?;
    store::set_state(&tx, &next, storage.asked).await?;
    tx.commit().await?;
    Ok(next)
}

async fn put_right(ctx: &Ctx, storage: &Storage, seen: &Seen) -> Result<Vec<StorageDifference>, Trouble> {
    match next(seen) {
        Next::Nothing => Ok(Vec::new()),
        // S3 may show a new bucket for a moment without its tag.
        Next::Refuse(why) if storage.is_begun && !storage.is_made => Err(Trouble::Busy(why)),
        Next::Refuse(why) => Err(Trouble::Refused(why)),
        Next::Wait(why) => Err(Trouble::Busy(why)),
        Next::Create => Err(Trouble::Busy("the cloud does not show the new bucket yet".to_owned())),
        Next::Set(wrong) => {
            let cloud = open(ctx, storage).await?;
            set_all(&cloud, &wrong).await?;
            let differing = differences(&cloud.see().await?);
            match differing.is_empty() {
                true => Ok(differing),
                false => Err(Trouble::Refused(still(&differing))),
            }
        }
    }
}

/// Sets all that may be set: what is not allowed is told at the end, all at once.
async fn set_all(cloud: &super::clouds::Cloud<'_>, wrong: &[Setting]) -> Result<(), Trouble> {
    let mut refused: Vec<String> = Vec::new();
    for setting in wrong {
        match cloud.set(*setting).await {
            Ok(()) => {}
            Err(trouble @ (Trouble::Away(_) | Trouble::Busy(_))) => return Err(trouble),
            Err(trouble) => refused.push(trouble.in_words()),
        }
    }
    refused.dedup();
    match refused.is_empty() {
        true => Ok(()),
        false => Err(Trouble::Refused(refused.join(" "))),
    }
}

fn still(differing: &[StorageDifference]) -> String {
    let words: Vec<String> = differing
        .iter()
        .map(|one| format!("{} should be {} ({})", one.setting, one.expected, one.found))
        .collect();
    format!("The bucket is still not as it has to be: {}.", words.join("; "))
}

/// Removes the bucket, if it is the storage's and nothing is in it.
async fn remove(ctx: &Ctx, storage: &Storage) -> Result<(), Trouble> {
    let cloud = open(ctx, storage).await?;
    match cloud.see().await? {
        Seen::Missing => Ok(()),
        Seen::Pending(why) => Err(Trouble::Busy(why)),
        Seen::Foreign(how) => Err(Trouble::Refused(format!(
            "{how} Slipway removes only what it made. Forget the storage, which leaves the bucket as it is."
        ))),
        Seen::Ours(_) => match cloud.contents().await?.refusal(&storage.place.0.title()) {
            Some(why) => Err(Trouble::Refused(why)),
            None => cloud.remove().await,
        },
    }
}

/// Writes what became of it.
async fn settle(ctx: &Ctx, seen: &Storage, next: &Storage) -> Result<()> {
    let mut tx = ctx.begin().await?;
    // Somebody forgot it meanwhile: what was done is at the cloud, with the tag.
    if !store::set_state(&tx, next, seen.asked).await? {
        return Ok(());
    }
    directory::store::set_status(&tx, &next.id.to_string(), next.status.word()).await?;
    if next.status == StorageStatus::Destroyed {
        directory::store::disconnect(&tx, &next.edge()).await?;
    }
    let (action, told): (_, Value) = match (&next.problem, next.task) {
        (Some(problem), task) => ("storage.failed", json!({"task": task.word(), "problem": problem})),
        (None, StorageTask::Create) => ("storage.ready", json!({"bucket": next.place.0.title()})),
        (None, StorageTask::Repair) => ("storage.repaired", json!({"bucket": next.place.0.title()})),
        (None, StorageTask::Destroy) => ("storage.destroyed", json!({"bucket": next.place.0.title()})),
    };
    record(&mut tx, ctx, next, action, told).await?;
    tx.commit().await
}

/// Notes why it takes long.
async fn note(ctx: &Ctx, seen: &Storage, why: String) -> Result<()> {
    if seen.problem.as_ref() == Some(&why) {
        return Ok(());
    }
    let now = store::find(ctx.db.reader(), seen.id).await?;
    let Some(now) = now.filter(|now| now.asked == seen.asked) else {
        return Ok(());
    };
    let next = Storage {
        problem: Some(why),
        ..now
    };
    let tx = ctx.begin().await?;
    store::set_state(&tx, &next, seen.asked).await?;
    tx.commit().await
}
