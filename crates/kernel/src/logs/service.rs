//! The first, simple form: every append is stored at once.

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use slipway_api::Code;
use slipway_api::ids::{LogId, OrganizationId};
use slipway_api::runner::Accepted;

use super::model::{LogState, Model};
use super::store;
use crate::blobs::Owner;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};

/// A part of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes.
    pub bytes: Bytes,
    /// Whether the log ends after them.
    pub is_end: bool,
}

/// The logs that this process writes and reads.
pub struct Logs {
    limit_bytes: u64,
}

impl Logs {
    /// Logs are cut after `limit_bytes`.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes }
    }

    /// Begins a log, in the transaction of what it is the log of.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn create(&self, tx: &Tx, ctx: &Ctx, organization: OrganizationId, owner: &Owner) -> Result<LogId> {
        let log = Model {
            id: ctx.new_id()?,
            organization_id: organization,
            owner_kind: owner.kind.to_owned(),
            owner_id: owner.id.clone(),
            state: LogState::Open,
            stored_bytes: 0,
            is_cut: false,
            created_at: ctx.now(),
            ended_at: None,
        };
        let id = log.id;
        store::insert(tx, log).await?;
        Ok(id)
    }

    /// Takes the bytes at `offset`. The same bytes again are a success.
    ///
    /// # Errors
    ///
    /// `OffsetGap` with `meta.expected` when bytes before are missing; `Conflict` when others are there already.
    pub async fn append(&self, ctx: &Ctx, id: LogId, offset: u64, bytes: Bytes) -> Result<Accepted> {
        let log = store::get(ctx.db.reader(), id).await?;
        let stored = store::unsigned(log.stored_bytes).min(self.limit_bytes);
        if offset > stored {
            return Err(Error::new(Code::OffsetGap, "Bytes are missing.").with_meta("expected", stored));
        }
        let end = offset + bytes.len() as u64;
        let new = bytes.slice(usize::try_from(stored - offset).unwrap_or(0).min(bytes.len())..);
        let tx = ctx.begin().await?;
        store::advance(&tx, id, stored, end.max(stored), false).await?;
        store::add_chunk(&tx, id, stored, new.to_vec()).await?;
        tx.commit().await?;
        Ok(Accepted {
            received: end,
            stored: end,
        })
    }

    /// Makes everything that was received durable, and says how far the log goes then.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the database or the object store is away.
    pub async fn flush(&self, ctx: &Ctx, id: LogId) -> Result<u64> {
        Ok(store::unsigned(store::get(ctx.db.reader(), id).await?.stored_bytes))
    }

    /// Ends a log: everything is durable, no byte comes any more, readers are told. Twice is once.
    ///
    /// # Errors
    ///
    /// Those of [`Self::flush`].
    pub async fn seal(&self, ctx: &Ctx, id: LogId) -> Result<u64> {
        let tx = ctx.begin().await?;
        store::set_state(&tx, id, LogState::Open, LogState::Ended, ctx.now()).await?;
        tx.commit().await?;
        self.flush(ctx, id).await
    }

    /// At most `limit` bytes from `offset` on; none when there are none yet.
    ///
    /// # Errors
    ///
    /// `NotFound`, or those of the database and the object store.
    pub async fn read(&self, ctx: &Ctx, id: LogId, offset: u64, limit: usize) -> Result<LogPart> {
        let log = store::get(ctx.db.reader(), id).await?;
        let chunks = store::chunks_from(ctx.db.reader(), id, offset, 64).await?;
        let start = chunks.first().map_or(offset, |chunk| chunk.start);
        let all: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.bytes).collect();
        let skip = usize::try_from(offset - start).unwrap_or(0);
        let bytes: Bytes = all.into_iter().skip(skip).take(limit).collect();
        let is_end = log.state != LogState::Open && offset + bytes.len() as u64 >= store::unsigned(log.stored_bytes);
        Ok(LogPart { bytes, is_end })
    }

    /// The bytes from `offset` on as they come, until the log ends.
    #[must_use]
    pub fn follow(&self, ctx: &Ctx, id: LogId, offset: u64) -> BoxStream<'static, Result<Bytes>> {
        let ctx = ctx.clone();
        futures::stream::once(async move { Ok(ctx.logs.read(&ctx, id, offset, 1 << 20).await?.bytes) }).boxed()
    }
}
