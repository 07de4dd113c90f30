//! Taking bytes, and making them durable.
//!
//! One task per process writes the bytes of all logs that have new ones, ten times a second, as rows in one
//! transaction. A log with a burst goes to the object store by itself, so that it does not keep the others waiting; a
//! writer that is faster than that carries its own bytes there before it is answered.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use slipway_api::Code;
use slipway_api::ids::LogId;
use slipway_api::runner::Accepted;
use tokio::sync::MutexGuard;

use super::lines::newlines;
use super::model::{Chunk, Segment};
use super::store::Growth;
use super::stream::{self, Stream, Unstored};
use super::{Logs, ending, store};
use crate::blobs::{self, Owner};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::wakes::Topic;

/// How often new bytes are made durable.
const PERIOD: Duration = Duration::from_millis(100);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How often streams that nobody uses are looked for.
const IDLE_PERIOD: Duration = Duration::from_secs(5);
/// After that long without a byte a stream is forgotten.
const IDLE: Duration = Duration::from_secs(30);
/// Up to that many bytes become rows; more is a burst.
const BURST_BYTES: u64 = 256 << 10;
/// A row's bytes at most.
const ROW_BYTES: usize = 60 << 10;
/// A segment's bytes at most.
pub(super) const SEGMENT_BYTES: usize = 4 << 20;
/// Bytes of one stream in memory that are not durable; a writer who has more waits.
const UNSTORED_BYTES: u64 = 8 << 20;

/// Makes bytes durable as they come, and logs that have ended segments, for as long as the process lives.
///
/// # Errors
///
/// Never returns one: what is not durable yet stays in memory and is tried again.
pub async fn run(ctx: &Ctx) -> Result<()> {
    tokio::join!(write_regularly(ctx), ending::merge_regularly(ctx));
    Ok(())
}

async fn write_regularly(ctx: &Ctx) {
    loop {
        let woken = tokio::time::timeout(IDLE_PERIOD, ctx.logs.dirty.notified()).await;
        if woken.is_ok() {
            tokio::time::sleep(PERIOD).await;
            if let Err(error) = ctx.logs.write_dirty(ctx).await {
                tracing::warn!(%error, "logs could not be stored; their bytes stay in memory");
                tokio::time::sleep(PAUSE).await;
                ctx.logs.dirty.notify_one();
            }
        }
        ctx.logs.forget_idle(ctx);
    }
}

impl Logs {
    /// Takes the bytes at `offset`. The same bytes again are a success. Never call it while a transaction is open.
    ///
    /// # Errors
    ///
    /// `OffsetGap` with `meta.expected` when bytes before them are missing; `Conflict` when others are there already, or
    /// the log has ended; `Unavailable` when more is waiting to be stored than memory should hold.
    pub async fn append(&self, ctx: &Ctx, id: LogId, offset: u64, bytes: Bytes) -> Result<Accepted> {
        let stream = self.open(ctx, id).await?;
        if stream.would_leave_gap(offset) {
            // Only in this process, perhaps: another one may have taken the bytes between.
            self.look_again(ctx, &stream).await?;
        }
        if stream.unstored_bytes() + bytes.len() as u64 > UNSTORED_BYTES {
            self.store(ctx, &stream).await?;
        }
        let (accepted, new_bytes) = loop {
            let older = stream.older(offset, bytes.len());
            let (known, rest) = (bytes.slice(..older), bytes.slice(older..));
            if !known.is_empty() && self.read(ctx, id, offset, older).await?.bytes != known {
                return Err(stream::conflicting());
            }
            // Bytes may have left memory while we looked; then there are more to compare.
            if let Some(taken) = stream.take(offset + older as u64, &rest, self.limit_bytes, ctx.now())? {
                break taken;
            }
        };
        if new_bytes > 0 {
            ctx.metrics.log_bytes.inc_by(new_bytes);
            self.dirty.notify_one();
        }
        Ok(accepted)
    }

    /// Makes everything that was received durable, and says how far the log goes then.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database or the object store is away.
    pub async fn flush(&self, ctx: &Ctx, id: LogId) -> Result<u64> {
        let stream = self.open(ctx, id).await?;
        self.store(ctx, &stream).await?;
        self.look_again(ctx, &stream).await?;
        Ok(stream.stored())
    }

    async fn store(&self, ctx: &Ctx, stream: &Arc<Stream>) -> Result<()> {
        let _order = stream.flushing.lock().await;
        self.store_all(ctx, stream).await
    }

    /// Makes all bytes of a stream durable; the caller holds its `flushing`.
    pub(super) async fn store_all(&self, ctx: &Ctx, stream: &Arc<Stream>) -> Result<()> {
        while let Some(unstored) = stream.unstored(SEGMENT_BYTES) {
            let segment = match unstored.bytes.len() as u64 > BURST_BYTES {
                true => Some(put_segment(ctx, stream, &unstored).await?),
                false => None,
            };
            let part = Part {
                stream,
                unstored,
                segment,
            };
            self.write(ctx, &[part]).await?;
        }
        Ok(())
    }

    /// Makes the new bytes of all streams durable.
    async fn write_dirty(&self, ctx: &Ctx) -> Result<()> {
        let (small, bursts): (Vec<_>, Vec<_>) = self
            .streams()
            .into_iter()
            .filter(|stream| stream.unstored_bytes() > 0)
            .partition(|stream| stream.unstored_bytes() <= BURST_BYTES);
        for stream in bursts {
            self.spawn_burst(ctx, stream);
        }
        // Who cannot be locked is being written already.
        let mut locked: Vec<(&Arc<Stream>, MutexGuard<'_, ()>)> = small
            .iter()
            .filter_map(|stream| Some((stream, stream.flushing.try_lock().ok()?)))
            .collect();
        // In one order everywhere, so that two replicas never wait for each other's rows.
        locked.sort_by_key(|(stream, _)| stream.id);
        let parts: Vec<Part<'_>> = locked
            .iter()
            .filter_map(|(stream, _)| {
                let unstored = stream.unstored(SEGMENT_BYTES)?;
                let segment = None;
                Some(Part {
                    stream,
                    unstored,
                    segment,
                })
            })
            .collect();
        if parts.is_empty() {
            Ok(())
        } else {
            self.write(ctx, &parts).await
        }
    }

    fn spawn_burst(&self, ctx: &Ctx, stream: Arc<Stream>) {
        let Ok(permit) = Arc::clone(&self.bursts).try_acquire_owned() else {
            self.dirty.notify_one();
            return;
        };
        let ctx = ctx.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let Ok(_order) = stream.flushing.try_lock() else {
                return;
            };
            if let Err(error) = ctx.logs.store_all(&ctx, &stream).await {
                tracing::warn!(log.id = %stream.id, %error, "a log could not be stored; its bytes stay in memory");
                tokio::time::sleep(PAUSE).await;
            }
            ctx.logs.dirty.notify_one();
        });
    }

    /// Writes parts of several streams in one transaction; the caller holds `flushing` of each.
    async fn write(&self, ctx: &Ctx, parts: &[Part<'_>]) -> Result<()> {
        let mut tx = ctx.begin().await?;
        let mut overruled = Vec::new();
        let mut written = Vec::new();
        for part in parts {
            let Part { stream, unstored, .. } = part;
            let growth = Growth {
                from: unstored.from,
                to: unstored.to(),
                lines: unstored.lines_after(),
                is_cut: unstored.is_cut,
            };
            if !store::advance(&tx, stream.id, &growth).await? {
                overruled.push(part);
                continue;
            }
            part.write(&tx, ctx).await?;
            written.push(part);
        }
        tx.wake(Topic::Logs);
        tx.commit().await?;
        for part in written {
            part.stream
                .stored_up_to(part.unstored.to(), part.unstored.lines_after());
        }
        for part in overruled {
            self.adopt(ctx, part.stream).await?;
        }
        Ok(())
    }

    /// Compares what this process thinks of a log with the database.
    pub(super) async fn look_again(&self, ctx: &Ctx, stream: &Arc<Stream>) -> Result<()> {
        let _order = stream.flushing.lock().await;
        self.adopt(ctx, stream).await
    }

    async fn adopt(&self, ctx: &Ctx, stream: &Arc<Stream>) -> Result<()> {
        match store::get(ctx.db.reader(), stream.id).await {
            Ok(log) => stream.adopt(&log),
            Err(error) if error.code() == Code::NotFound => {
                stream.vanish();
                let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
                streams.remove(&stream.id);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn streams(&self) -> Vec<Arc<Stream>> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.values().map(Arc::clone).collect()
    }

    fn forget_idle(&self, ctx: &Ctx) {
        let moment = ctx.now().before(IDLE);
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever reads or writes a stream right now holds it, too.
        streams.retain(|_, stream| Arc::strong_count(stream) > 1 || !stream.is_idle_since(moment));
    }
}

/// Bytes of one stream on their way to the database, as rows or, already on the object store, as a segment.
struct Part<'a> {
    stream: &'a Arc<Stream>,
    unstored: Unstored,
    segment: Option<Segment>,
}

impl Part<'_> {
    async fn write(&self, tx: &crate::db::Tx, ctx: &Ctx) -> Result<()> {
        let id = self.stream.id;
        if let Some(segment) = &self.segment {
            store::add_segment(tx, id, segment).await?;
            return blobs::refer(tx, ctx, self.stream.organization, &segment.address, &owner(id)).await;
        }
        let (mut start, mut start_line) = (self.unstored.from, self.unstored.lines_before);
        for bytes in self.unstored.bytes.chunks(ROW_BYTES) {
            let chunk = Chunk {
                start,
                start_line,
                bytes: bytes.to_vec(),
            };
            store::add_chunk(tx, id, chunk).await?;
            start += bytes.len() as u64;
            start_line = start_line.map(|lines| lines + newlines(bytes));
        }
        Ok(())
    }
}

async fn put_segment(ctx: &Ctx, stream: &Stream, unstored: &Unstored) -> Result<Segment> {
    let bytes = Bytes::copy_from_slice(&unstored.bytes);
    let size_bytes = u64::try_from(bytes.len()).map_err(Error::internal)?;
    let address = ctx.blobs.put(ctx, stream.organization, bytes).await?;
    Ok(Segment {
        start: unstored.from,
        start_line: unstored.lines_before,
        size_bytes,
        address,
    })
}

/// What keeps the segments of a log alive.
pub(super) fn owner(id: LogId) -> Owner {
    Owner::new("log", id)
}
