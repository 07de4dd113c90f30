//! Wake-up calls: who waits for work, events or changed grants is told at once, after the commit.
//!
//! A wake is a hint and nothing more: whoever waits also looks by itself now and then, so that a lost one costs time and
//! never correctness. With PostgreSQL a commit wakes every replica by `NOTIFY`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// What somebody may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A work item may have become ready.
    Queue,
    /// Events were recorded.
    Events,
    /// The sequencer gave events their positions.
    Positions,
    /// Grants or tokens changed.
    Grants,
    /// Log bytes arrived.
    Logs,
}

impl Topic {
    /// All of them, in the order of the enum.
    pub const ALL: [Self; 5] = [Self::Queue, Self::Events, Self::Positions, Self::Grants, Self::Logs];

    /// The word that crosses the database's notification channel.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Events => "events",
            Self::Positions => "positions",
            Self::Grants => "grants",
            Self::Logs => "logs",
        }
    }
}

/// One bell per topic.
pub struct Wakes {
    bells: [watch::Sender<u64>; 5],
    is_ending: AtomicBool,
}

impl Default for Wakes {
    fn default() -> Self {
        Self {
            bells: std::array::from_fn(|_| watch::Sender::new(0)),
            is_ending: AtomicBool::new(false),
        }
    }
}

impl Wakes {
    /// Wakes everybody in this process who waits for `topic`.
    pub fn ring(&self, topic: Topic) {
        self.bell(topic).send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Wakes everybody for the last time: the process ends, and whoever waits for somebody outside lets go.
    pub fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
        Topic::ALL.into_iter().for_each(|topic| self.ring(topic));
    }

    /// Whether the process ends, so that nothing long should be begun or waited for.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// How often `topic` was rung.
    #[must_use]
    pub fn count(&self, topic: Topic) -> i64 {
        self.bell(topic).borrow().cast_signed()
    }

    /// Starts to listen: rings from now on are not missed, even before the first wait.
    #[must_use]
    pub fn listen(&self, topic: Topic) -> Listener {
        Listener(self.bell(topic).subscribe())
    }

    fn bell(&self, topic: Topic) -> &watch::Sender<u64> {
        let [queue, events, positions, grants, logs] = &self.bells;
        match topic {
            Topic::Queue => queue,
            Topic::Events => events,
            Topic::Positions => positions,
            Topic::Grants => grants,
            Topic::Logs => logs,
        }
    }
}

/// Somebody who waits for a topic.
pub struct Listener(watch::Receiver<u64>);

impl Listener {
    /// Returns at the next ring, at once if there was one since the last wait, or after `patience`.
    pub async fn wait(&mut self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.0.changed()).await;
    }
}
