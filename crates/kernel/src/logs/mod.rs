//! Logs: streams of bytes by offset, written by one runner, read by many while they grow.
//!
//! What must stay true: a byte that was said to be stored is never lost and never changes; the same bytes at the same
//! offset may come any number of times; offsets have no gaps. Only the log's row, moved by compare and swap, says how
//! far a log goes; what this process holds beyond it is a guess that another replica may overrule.
//!
//! Bytes come into memory (`stream`), become small rows or, in a burst, segments on the object store within a tenth of
//! a second (`writing`), and segments all of them when the log has ended (`ending`). Readers are told at once and
//! find a byte wherever it is by then (`reading`), a line by the ends of lines that were counted before each row and
//! segment (`lines`), and a text by reading all (`search`).

mod ending;
mod lines;
mod model;
mod reading;
mod search;
pub(crate) mod store;
mod stream;
mod tail;
mod writing;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use slipway_api::ids::{LogId, OrganizationId};
use tokio::sync::{Notify, Semaphore};

pub use ending::remove;
pub use lines::{Lines, LogLines};
pub use model::{LogState, Model as Log};
pub use reading::LogPart;
pub use search::{LogMatches, LogSearch};
pub use store::get;
use stream::Stream;
pub use writing::run;

use crate::blobs::Owner;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;

/// Bursts that go to the object store at the same time.
const PARALLEL_BURSTS: usize = 4;

/// The logs that this process writes and reads.
pub struct Logs {
    limit_bytes: u64,
    streams: Mutex<HashMap<LogId, Arc<Stream>>>,
    /// Rung when bytes came.
    dirty: Notify,
    /// Rung when a log ended.
    ended: Notify,
    bursts: Arc<Semaphore>,
    /// Held by whoever searches: each needs some megabytes and all of a processor.
    searches: Semaphore,
    segments: reading::SegmentCache,
}

impl Logs {
    /// Logs are cut after `limit_bytes`.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self {
            limit_bytes,
            streams: Mutex::default(),
            dirty: Notify::new(),
            ended: Notify::new(),
            bursts: Arc::new(Semaphore::new(PARALLEL_BURSTS)),
            searches: Semaphore::new(search::PARALLEL_SEARCHES),
            segments: reading::SegmentCache::default(),
        }
    }

    /// Begins a log, in the transaction of what it is the log of.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn create(&self, tx: &Tx, ctx: &Ctx, organization: OrganizationId, owner: &Owner) -> Result<LogId> {
        let log = Log {
            id: ctx.new_id()?,
            organization_id: organization,
            owner_kind: owner.kind.to_owned(),
            owner_id: owner.id.clone(),
            state: LogState::Open,
            stored_bytes: 0,
            stored_lines: Some(0),
            is_cut: false,
            created_at: ctx.now(),
            ended_at: None,
        };
        let id = log.id;
        store::insert(tx, log).await?;
        Ok(id)
    }

    /// The stream, loaded if this process does not have it.
    async fn open(&self, ctx: &Ctx, id: LogId) -> Result<Arc<Stream>> {
        if let Some(stream) = self.known(id) {
            return Ok(stream);
        }
        let log = store::get(ctx.db.reader(), id).await?;
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams
            .entry(id)
            .or_insert_with(|| Arc::new(Stream::new(&log, ctx.now())));
        Ok(Arc::clone(stream))
    }

    fn known(&self, id: LogId) -> Option<Arc<Stream>> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(&id).map(Arc::clone)
    }
}
