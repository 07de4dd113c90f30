//! The outbox: delivers events to consumers, in order, at least once.
//!
//! A consumer gets what happened since it first ran. Its place is written once in a while, so that a process that is killed
//! in the middle delivers what came since again: for most events writing the place would be the largest part of the work.

use std::time::Duration;

use futures::future::BoxFuture;
use slipway_api::Timestamp;

use super::{Event, store};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::queue::leases::{Holding, Kept};
use crate::wakes::Topic;

/// Somebody who wants to know what happened.
pub struct Consumer {
    /// Unique; its place in the order is kept under this name.
    pub name: &'static str,
    /// Kinds of the objects whose events it wants; others cost it nothing.
    pub object_kinds: &'static [&'static str],
    /// Takes one event. An error stops the consumer there; the event comes again after a pause.
    pub consume: for<'a> fn(&'a Ctx, &'a Event) -> BoxFuture<'a, Result<()>>,
}

/// Events read at once.
const BATCH: u64 = 100;
/// How many events that nobody wants are passed before the place behind them is written down.
const STRIDE: i64 = 500;
/// How long a consumer's process that fell silent keeps others from taking over.
const LEASE: Duration = Duration::from_secs(30);
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a place may wait to be written.
const UNWRITTEN: Duration = Duration::from_millis(200);

/// Delivers events to `consumer` as they get positions, for as long as the process lives.
///
/// # Errors
///
/// Those of the database and of the consumer; the caller starts it again after a pause.
pub async fn run(ctx: &Ctx, consumer: &Consumer, holder: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Positions);
    let mut lease = Kept::new(format!("consumer:{}", consumer.name), holder, LEASE);
    let mut place = Place::of(ctx, consumer).await?;
    loop {
        let holding = lease.hold(ctx).await?;
        if holding == Holding::Anew {
            place = Place::of(ctx, consumer).await?;
        }
        if holding != Holding::No {
            while place.deliver(ctx, consumer).await? == BATCH {}
            if place.is_due(ctx) {
                place.write(ctx, consumer).await?;
            }
        }
        listener.wait(if place.is_worth { UNWRITTEN } else { PATIENCE }).await;
    }
}

/// How far a consumer is.
struct Place {
    /// Everything up to here was delivered, or is nothing that it wants.
    delivered: i64,
    /// What a process that comes after this one begins behind.
    written: i64,
    /// When that was written, or read.
    written_at: Timestamp,
    /// Whether something was delivered since, so that the place is worth writing.
    is_worth: bool,
}

/// Gives a consumer that is new its place: behind everything that has happened until now.
///
/// # Errors
///
/// Those of the database.
pub async fn begin(ctx: &Ctx, consumer: &Consumer) -> Result<()> {
    if store::consumed(ctx.db.reader(), consumer.name).await?.is_some() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    let last = store::last_position(&*tx).await?;
    store::begin_consuming(&tx, consumer.name, last).await?;
    tx.commit().await
}

/// Delivers the next events and says how many it delivered.
///
/// # Errors
///
/// Those of the database and of the consumer. What was delivered before an error is not delivered again.
pub async fn deliver_batch(ctx: &Ctx, consumer: &Consumer) -> Result<u64> {
    let mut place = Place::of(ctx, consumer).await?;
    let count = place.deliver(ctx, consumer).await?;
    if place.is_worth {
        place.write(ctx, consumer).await?;
    }
    Ok(count)
}

impl Place {
    /// As it was written; a consumer that is new begins.
    async fn of(ctx: &Ctx, consumer: &Consumer) -> Result<Self> {
        begin(ctx, consumer).await?;
        let written = store::consumed(ctx.db.reader(), consumer.name).await?;
        let written = written.ok_or_else(|| Error::internal(format!("{} has begun nowhere", consumer.name)))?;
        Ok(Self {
            delivered: written,
            written,
            written_at: ctx.now(),
            is_worth: false,
        })
    }

    async fn deliver(&mut self, ctx: &Ctx, consumer: &Consumer) -> Result<u64> {
        // Read first: what gets a position after this comes with the next batch.
        let last = store::last_position(ctx.db.reader()).await?;
        if last <= self.delivered {
            return Ok(0);
        }
        let events = store::of_kinds(ctx.db.reader(), (self.delivered, last), consumer.object_kinds, BATCH).await?;
        let mut count = 0;
        for event in &events {
            if let Err(error) = (consumer.consume)(ctx, event).await {
                // What came before it is not delivered again.
                self.write(ctx, consumer).await?;
                return Err(error);
            }
            self.delivered = event.position.unwrap_or(self.delivered);
            self.is_worth = true;
            count += 1;
        }
        if count < BATCH {
            self.delivered = last;
        }
        self.is_worth |= self.delivered >= self.written.saturating_add(STRIDE);
        Ok(count)
    }

    fn is_due(&self, ctx: &Ctx) -> bool {
        self.is_worth && (ctx.now() >= self.written_at.after(UNWRITTEN) || ctx.wakes.is_ending())
    }

    async fn write(&mut self, ctx: &Ctx, consumer: &Consumer) -> Result<()> {
        let tx = ctx.begin().await?;
        store::set_consumed(&tx, consumer.name, self.delivered).await?;
        tx.commit().await?;
        (self.written, self.written_at, self.is_worth) = (self.delivered, ctx.now(), false);
        Ok(())
    }
}
