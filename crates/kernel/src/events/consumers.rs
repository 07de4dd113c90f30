//! The outbox: delivers events to consumers, in order, at least once.
//!
//! A consumer gets what happened since it first ran. Its place is written once for each batch, so that a process that is
//! killed in the middle delivers that batch again.

use std::time::Duration;

use futures::future::BoxFuture;

use super::{Event, store};
use crate::ctx::Ctx;
use crate::errors::Result;
use crate::queue::leases;
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

/// Delivers events to `consumer` as they get positions, for as long as the process lives.
///
/// # Errors
///
/// Those of the database and of the consumer; the caller starts it again after a pause.
pub async fn run(ctx: &Ctx, consumer: &Consumer, holder: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Positions);
    let lease = format!("consumer:{}", consumer.name);
    begin(ctx, consumer).await?;
    loop {
        if leases::hold(ctx, &lease, holder, LEASE).await? {
            while deliver_batch(ctx, consumer).await? == BATCH {}
        }
        listener.wait(PATIENCE).await;
    }
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
    let Some(start) = store::consumed(ctx.db.reader(), consumer.name).await? else {
        begin(ctx, consumer).await?;
        return Ok(0);
    };
    // Read first: what gets a position after this comes with the next batch.
    let last = store::last_position(ctx.db.reader()).await?;
    let events = store::of_kinds(ctx.db.reader(), (start, last), consumer.object_kinds, BATCH).await?;
    let (mut place, mut count) = (start, 0);
    let mut outcome = Ok(());
    for event in &events {
        outcome = (consumer.consume)(ctx, event).await;
        if outcome.is_err() {
            break;
        }
        place = event.position.unwrap_or(place);
        count += 1;
    }
    if outcome.is_ok() && count < BATCH {
        place = last;
    }
    if count > 0 || place >= start.saturating_add(STRIDE) {
        let tx = ctx.begin().await?;
        store::set_consumed(&tx, consumer.name, place).await?;
        tx.commit().await?;
    }
    outcome.map(|()| count)
}
