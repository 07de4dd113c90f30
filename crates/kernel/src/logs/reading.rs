//! Reading a log while it grows: from memory, from rows, from segments, wherever a byte is by now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use slipway_api::ids::LogId;
use tokio::sync::watch;

use super::model::{LogState, Model};
use super::stream::Stream;
use super::{Logs, store};
use crate::blobs::BlobAddress;
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::wakes::{Listener, Topic};

/// How often a follower looks by itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// Bytes that a follower is given at once.
const FOLLOW_BYTES: usize = 256 << 10;
/// Rows read at once.
const ROWS: u64 = 64;
/// Segments kept for whoever reads them in small pieces.
const CACHED_SEGMENTS: usize = 4;

/// A part of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes.
    pub bytes: Bytes,
    /// Whether the log has ended and these are its last bytes.
    pub is_end: bool,
}

/// The segments that were read last.
#[derive(Default)]
pub(super) struct SegmentCache(Mutex<VecDeque<(BlobAddress, Bytes)>>);

impl SegmentCache {
    fn find(&self, address: &BlobAddress) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .find(|(known, _)| known == address)
            .map(|(_, bytes)| bytes.clone())
    }

    fn keep(&self, address: BlobAddress, bytes: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((address, bytes));
        kept.truncate(CACHED_SEGMENTS);
    }
}

impl Logs {
    /// At most `limit` bytes from `offset` on: fewer only where the log is not longer yet.
    ///
    /// # Errors
    ///
    /// `NotFound`, or those of the database and the object store.
    pub async fn read(&self, ctx: &Ctx, id: LogId, offset: u64, limit: usize) -> Result<LogPart> {
        let mut part = self.piece(ctx, id, offset, limit).await?;
        let mut all = Vec::new();
        while !part.is_end && !part.bytes.is_empty() && all.len() + part.bytes.len() < limit {
            all.extend_from_slice(&part.bytes);
            let next = offset + all.len() as u64;
            part = self.piece(ctx, id, next, limit - all.len()).await?;
        }
        if all.is_empty() {
            return Ok(part);
        }
        all.extend_from_slice(&part.bytes);
        Ok(LogPart {
            bytes: all.into(),
            is_end: part.is_end,
        })
    }

    /// The bytes from `offset` on as they come, until the log ends.
    #[must_use]
    pub fn follow(&self, ctx: &Ctx, id: LogId, offset: u64) -> BoxStream<'static, Result<Bytes>> {
        let start = Follower {
            ctx: ctx.clone(),
            id,
            offset,
            is_over: false,
            bells: None,
        };
        futures::stream::try_unfold(start, Follower::next).boxed()
    }

    /// Some bytes from `offset` on, from one place.
    pub(super) async fn piece(&self, ctx: &Ctx, id: LogId, offset: u64, limit: usize) -> Result<LogPart> {
        if let Some((bytes, is_end)) = self.known(id).and_then(|stream| stream.read(offset, limit)) {
            let bytes = bytes.into();
            return Ok(LogPart { bytes, is_end });
        }
        // Rows may become a segment between the two looks; then the second look finds neither, and a third does.
        for _ in 0..3 {
            let log = store::get(ctx.db.reader(), id).await?;
            let stored = store::unsigned(log.stored_bytes);
            if offset >= stored {
                let is_end = log.state != LogState::Open;
                let bytes = Bytes::new();
                return Ok(LogPart { bytes, is_end });
            }
            if let Some(bytes) = self.stored_piece(ctx, &log, offset, limit).await? {
                let is_end = log.state != LogState::Open && offset + bytes.len() as u64 == stored;
                return Ok(LogPart { bytes, is_end });
            }
        }
        Err(Error::internal(format!("the log {id} has no byte at {offset}")))
    }

    async fn stored_piece(&self, ctx: &Ctx, log: &Model, offset: u64, limit: usize) -> Result<Option<Bytes>> {
        let chunks = store::chunks_from(ctx.db.reader(), log.id, offset, ROWS).await?;
        if let Some(first) = chunks.first() {
            let skip = usize::try_from(offset - first.start).map_err(Error::internal)?;
            let mut end = first.start;
            let mut all = Vec::new();
            for chunk in &chunks {
                if chunk.start != end || all.len() >= skip.saturating_add(limit) {
                    break;
                }
                end += chunk.bytes.len() as u64;
                all.extend_from_slice(&chunk.bytes);
            }
            return Ok(Some(cut(Bytes::from(all), skip, limit)));
        }
        let Some(segment) = store::segment_at(ctx.db.reader(), log.id, offset).await? else {
            return Ok(None);
        };
        let bytes = match self.segments.find(&segment.address) {
            Some(bytes) => bytes,
            None => {
                let bytes = ctx.blobs.get(ctx, log.organization_id, &segment.address).await?;
                self.segments.keep(segment.address, bytes.clone());
                bytes
            }
        };
        let skip = usize::try_from(offset - segment.start).map_err(Error::internal)?;
        Ok(Some(cut(bytes, skip, limit)))
    }
}

fn cut(bytes: Bytes, skip: usize, limit: usize) -> Bytes {
    let start = skip.min(bytes.len());
    let end = start.saturating_add(limit).min(bytes.len());
    bytes.slice(start..end)
}

/// Somebody who reads a log as it grows.
struct Follower {
    ctx: Ctx,
    id: LogId,
    offset: u64,
    is_over: bool,
    bells: Option<Bells>,
}

/// What tells a follower that there may be more.
struct Bells {
    /// Bytes that come to this process.
    here: watch::Receiver<u64>,
    /// Bytes that come to other replicas; none where there are no others.
    elsewhere: Option<Listener>,
    /// Held, so that it is not forgotten.
    _stream: Arc<Stream>,
}

impl Follower {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        while !self.is_over {
            // Listening begins before looking, so that what comes between the two is not missed.
            let mut bells = match self.bells.take() {
                Some(bells) => bells,
                None => Bells::hang(&self.ctx, self.id).await?,
            };
            bells.here.borrow_and_update();
            let part = self
                .ctx
                .logs
                .read(&self.ctx, self.id, self.offset, FOLLOW_BYTES)
                .await?;
            self.offset += part.bytes.len() as u64;
            self.is_over = part.is_end;
            if !part.bytes.is_empty() {
                self.bells = Some(bells);
                return Ok(Some((part.bytes, self)));
            }
            if !self.is_over {
                if self.ctx.wakes.is_ending() {
                    let detail = "The server ends. Read on from where you are when it is back.";
                    return Err(Error::unavailable(detail));
                }
                bells.wait().await;
            }
            self.bells = Some(bells);
        }
        Ok(None)
    }
}

impl Bells {
    async fn hang(ctx: &Ctx, id: LogId) -> Result<Self> {
        let stream = ctx.logs.open(ctx, id).await?;
        Ok(Self {
            here: stream.changed.subscribe(),
            elsewhere: ctx.db.is_shared().then(|| ctx.wakes.listen(Topic::Logs)),
            _stream: stream,
        })
    }

    async fn wait(&mut self) {
        let here = tokio::time::timeout(PATIENCE, self.here.changed());
        match &mut self.elsewhere {
            None => drop(here.await),
            Some(elsewhere) => {
                tokio::select! {
                    _ = here => {}
                    () = elsewhere.wait(PATIENCE) => {}
                }
            }
        }
    }
}
