//! The outbox: delivers every event to every consumer, in order, at least once.

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
    /// Takes one event. An error stops the consumer there; the event comes again after a pause.
    pub consume: for<'a> fn(&'a Ctx, &'a Event) -> BoxFuture<'a, Result<()>>,
}

/// Events read at once.
const BATCH: u64 = 100;
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
    loop {
        if leases::hold(ctx, &lease, holder, LEASE).await? {
            while deliver_batch(ctx, consumer).await? == BATCH {}
        }
        listener.wait(PATIENCE).await;
    }
}

/// Delivers the next events and says how many it delivered.
///
/// # Errors
///
/// Those of the database and of the consumer.
pub async fn deliver_batch(ctx: &Ctx, consumer: &Consumer) -> Result<u64> {
    let start = store::consumed(ctx.db.reader(), consumer.name).await?;
    let events = store::all_after(ctx.db.reader(), start, BATCH).await?;
    for event in &events {
        (consumer.consume)(ctx, event).await?;
        let tx = ctx.begin().await?;
        store::set_consumed(&tx, consumer.name, event.position.unwrap_or(start)).await?;
        tx.commit().await?;
    }
    Ok(u64::try_from(events.len()).unwrap_or(BATCH))
}
