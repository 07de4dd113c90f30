//! The end of a log: no more bytes, then all of it on the object store and no rows, then some day nothing.

use std::time::Duration;

use bytes::Bytes;
use slipway_api::ids::LogId;

use super::model::{Chunk, LogState, Model, Segment};
use super::writing::{SEGMENT_BYTES, owner};
use super::{Logs, store};
use crate::blobs;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;
use crate::wakes::Topic;

/// How often logs that have ended are looked for without being told: those of a process that is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Logs looked at together.
const BATCH: u64 = 20;
/// Rows read together.
const ROWS: u64 = 128;

impl Logs {
    /// Ends a log and says how long it is: everything is durable, no byte comes any more, readers are told. Twice is
    /// once. Its rows become segments afterwards, in the background. Never call it while a transaction is open.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database or the object store is away.
    pub async fn seal(&self, ctx: &Ctx, id: LogId) -> Result<u64> {
        let stream = self.open(ctx, id).await?;
        let order = stream.flushing.lock().await;
        self.store_all(ctx, &stream).await?;
        let mut tx = ctx.begin().await?;
        store::set_state(&tx, id, LogState::Open, LogState::Ended, ctx.now()).await?;
        tx.wake(Topic::Logs);
        tx.commit().await?;
        stream.end();
        drop(order);
        self.ended.notify_one();
        self.look_again(ctx, &stream).await?;
        Ok(stream.stored())
    }

    /// Makes the rows of all logs that have ended segments.
    ///
    /// # Errors
    ///
    /// Those of the database and the object store; what was done until then stays done.
    pub async fn merge_ended(&self, ctx: &Ctx) -> Result<()> {
        loop {
            let ended = store::ended(ctx.db.reader(), BATCH).await?;
            for id in &ended {
                merge(ctx, &store::get(ctx.db.reader(), *id).await?).await?;
            }
            if ended.is_empty() {
                return Ok(());
            }
        }
    }
}

pub(super) async fn merge_regularly(ctx: &Ctx) {
    loop {
        // First, because a predecessor may have left some.
        if let Err(error) = ctx.logs.merge_ended(ctx).await {
            tracing::warn!(%error, "logs that have ended stay in the database for now");
        }
        let _ = tokio::time::timeout(PATIENCE, ctx.logs.ended.notified()).await;
    }
}

/// Makes the rows of one log segments, each in a transaction of its own: whoever reads finds each byte in one of them.
async fn merge(ctx: &Ctx, log: &Model) -> Result<()> {
    while let Some(run) = next_run(ctx, log.id).await? {
        let segment = Segment {
            start: run.start,
            start_line: run.start_line,
            size_bytes: run.bytes.len() as u64,
            address: ctx.blobs.put(ctx, log.organization_id, Bytes::from(run.bytes)).await?,
        };
        let tx = ctx.begin().await?;
        if store::remove_chunks(&tx, log.id, segment.start, segment.end()).await? > 0 {
            store::add_segment(&tx, log.id, &segment).await?;
            blobs::refer(&tx, ctx, log.organization_id, &segment.address, &owner(log.id)).await?;
            tx.commit().await?;
        }
    }
    let tx = ctx.begin().await?;
    store::set_state(&tx, log.id, LogState::Ended, LogState::Sealed, ctx.now()).await?;
    tx.commit().await
}

/// The first rows of a log that follow each other without a gap, as far as one segment holds them.
async fn next_run(ctx: &Ctx, id: LogId) -> Result<Option<Chunk>> {
    let mut run: Option<Chunk> = None;
    loop {
        let offset = run.as_ref().map(|run| run.start + run.bytes.len() as u64);
        let rows = match offset {
            None => store::first_chunks(ctx.db.reader(), id, ROWS).await?,
            Some(offset) => store::chunks_from(ctx.db.reader(), id, offset, ROWS).await?,
        };
        if rows.is_empty() {
            return Ok(run);
        }
        for row in rows {
            let run = run.get_or_insert_with(|| Chunk {
                start: row.start,
                start_line: row.start_line,
                bytes: Vec::new(),
            });
            let is_next = row.start == run.start + run.bytes.len() as u64;
            if !is_next || run.bytes.len() + row.bytes.len() > SEGMENT_BYTES {
                return Ok(Some(run.clone()));
            }
            run.bytes.extend_from_slice(&row.bytes);
        }
    }
}

/// Removes a log and lets go of its segments, in the transaction that removes what it was the log of.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &Tx, id: LogId) -> Result<()> {
    blobs::release(tx, &owner(id)).await?;
    store::remove(tx, id).await
}
