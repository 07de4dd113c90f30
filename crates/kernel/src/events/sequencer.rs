//! Gives events their positions and hashes, after their commit: one sequencer at a time, held by a lease.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use super::store;
use crate::ctx::Ctx;
use crate::errors::Result;
use crate::queue::leases::{Holding, Kept};
use crate::wakes::Topic;

/// Events placed in one transaction at most.
const BATCH: u64 = 500;
/// How long a sequencer that fell silent keeps others from taking over.
const LEASE: Duration = Duration::from_secs(10);
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Places events as they come, for as long as the process lives. Whoever does not hold the lease stands by.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Events);
    let mut lease = Kept::new("sequencer", holder, LEASE);
    loop {
        if lease.hold(ctx).await? != Holding::No {
            while place_batch(ctx).await? == BATCH {}
        }
        listener.wait(PATIENCE).await;
    }
}

/// Places the oldest events that have no position, and says how many it placed.
///
/// # Errors
///
/// Those of the database.
pub async fn place_batch(ctx: &Ctx) -> Result<u64> {
    let waiting = store::unsequenced(ctx.db.reader(), BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut tx = ctx.begin().await?;
    let mut position = store::last_position(&*tx).await?;
    let mut last_hashes = HashMap::new();
    let count = waiting.len();
    for event in waiting {
        let previous = match last_hashes.entry(event.organization_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(store::last_hash(&*tx, event.organization_id).await?),
        };
        position += 1;
        let hash = event.chained_hash(position, previous);
        if !store::place(&tx, &event, position, hash.clone()).await? {
            // Somebody else believes to be the sequencer and was faster; to go on would chain to hashes nobody has.
            return Ok(0);
        }
        *previous = hash;
    }
    tx.wake(Topic::Positions);
    tx.commit().await?;
    Ok(u64::try_from(count).unwrap_or(BATCH))
}
