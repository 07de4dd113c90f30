//! What nobody waits for: done one at a time, when this runner has no item at work.
//!
//! What must stay true: it is put off, and never given up. A runner that is always busy does it beside its items.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// Between a plan and its apply there are a few milliseconds in which nothing is at work.
const QUIET: Duration = Duration::from_millis(60);
/// The longest that something is put off for items at work.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many items are at work, and whose turn it is when there are none.
pub(crate) struct Leisure {
    busy: watch::Sender<usize>,
    turn: Semaphore,
}

/// An item at work; dropped, it is over.
pub(crate) struct Busy(watch::Sender<usize>);

impl Leisure {
    pub(crate) fn new() -> Self {
        Self {
            busy: watch::Sender::new(0),
            turn: Semaphore::new(1),
        }
    }

    /// Notes that an item is at work.
    pub(crate) fn busy(&self) -> Busy {
        self.busy.send_modify(|items| *items += 1);
        Busy(self.busy.clone())
    }

    /// Waits for a moment in which nothing is at work, at most some seconds, and until it is the caller's turn.
    pub(crate) async fn wait(&self) -> Option<SemaphorePermit<'_>> {
        let deadline = Instant::now() + PATIENCE;
        let turn = self.turn.acquire().await.ok();
        // Time over is as good.
        let _ = timeout_at(deadline, self.quiet()).await;
        turn
    }

    async fn quiet(&self) {
        let mut busy = self.busy.subscribe();
        loop {
            if busy.wait_for(|items| *items == 0).await.is_err() {
                return;
            }
            tokio::select! {
                () = sleep(QUIET) => return,
                _ = busy.changed() => {}
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.send_modify(|items| *items = items.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_for_the_items_at_work_and_not_for_the_gap_between_two() {
        let leisure = Leisure::new();
        let start = Instant::now();
        let plan = leisure.busy();
        let items = async {
            sleep(Duration::from_millis(500)).await;
            drop(plan);
            sleep(QUIET / 2).await;
            let apply = leisure.busy();
            sleep(Duration::from_millis(500)).await;
            drop(apply);
        };
        let waited = async {
            let turn = leisure.wait().await;
            assert!(turn.is_some());
            start.elapsed()
        };
        let ((), waited) = tokio::join!(items, waited);
        assert!(waited >= Duration::from_millis(1_000) + QUIET, "{waited:?}");
        assert!(waited < PATIENCE, "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_runner_that_is_always_busy_does_it_all_the_same() {
        let leisure = Leisure::new();
        let _item = leisure.busy();
        let start = Instant::now();
        let first = leisure.wait().await;
        assert!(first.is_some());
        assert_eq!(start.elapsed(), PATIENCE);
    }
}
