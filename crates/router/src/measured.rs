//! What is counted of a route: how many requests, how they ended, how long their answers took to begin.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Upper ends of the groups that times are counted in, in milliseconds; the last group has everything above.
pub const TIMES: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const GROUPS: usize = TIMES.len() + 1;
/// 1xx to 5xx.
const CLASSES: usize = 5;

/// Counts since the router began. They only grow: two readings say what happened between them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Answers with 1xx, 2xx, 3xx, 4xx and 5xx, the router's own among them.
    pub answers: [u64; CLASSES],
    /// Answers by how long they took to begin, in the groups of [`TIMES`].
    pub times: [u64; GROUPS],
    /// All of these times together, in microseconds.
    pub time: u64,
    /// Requests that have not ended.
    pub at_work: u32,
}

impl Measured {
    /// Together with what another router counted.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let pairs = self.answers.iter_mut().zip(other.answers);
        pairs
            .chain(self.times.iter_mut().zip(other.times))
            .for_each(|(own, more)| *own += more);
        self.time += other.time;
        self.at_work += other.at_work;
        self
    }

    /// The time below which such a part of the answers began, in milliseconds, as exact as the groups are: `0.99` for the 99th
    /// percentile. Nothing without answers, or when it is above the last group.
    #[must_use]
    pub fn percentile(&self, part: f64) -> Option<f64> {
        let all: u64 = self.times.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
        let wanted = all as f64 * part;
        let (mut below, mut lower) = (0.0, 0.0);
        for (count, upper) in self.times.iter().zip(TIMES) {
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let (count, upper) = (*count as f64, upper as f64);
            if count > 0.0 && below + count >= wanted {
                return Some(lower + (upper - lower) * (wanted - below) / count);
            }
            below += count;
            lower = upper;
        }
        None
    }
}

/// The same while it is counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    answers: [AtomicU64; CLASSES],
    times: [AtomicU64; GROUPS],
    time: AtomicU64,
}

impl Counts {
    pub(crate) fn add(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let group = TIMES
            .iter()
            .position(|upper| took <= Duration::from_millis(*upper))
            .unwrap_or(TIMES.len());
        for counter in self.answers.get(class).into_iter().chain(self.times.get(group)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.time
            .fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn read(&self, at_work: u32) -> Measured {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Measured {
            answers: self.answers.each_ref().map(value),
            times: self.times.each_ref().map(value),
            time: value(&self.time),
            at_work,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_groups() {
        let counts = Counts::default();
        for milliseconds in [1, 5, 6, 400, 20_000] {
            counts.add(StatusCode::OK, Duration::from_millis(milliseconds));
        }
        counts.add(StatusCode::BAD_GATEWAY, Duration::ZERO);
        let read = counts.read(2);
        assert_eq!(read.answers, [0, 5, 0, 0, 1]);
        assert_eq!(read.times, [3, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
        assert_eq!((read.time, read.at_work), (20_412_000, 2));
    }

    #[test]
    fn percentiles_lie_within_their_group() {
        let counts = Counts::default();
        assert_eq!(counts.read(0).percentile(0.5), None);
        for _ in 0..90 {
            counts.add(StatusCode::OK, Duration::from_millis(3));
        }
        for _ in 0..10 {
            counts.add(StatusCode::OK, Duration::from_millis(70));
        }
        let read = counts.read(0);
        assert_eq!(read.percentile(0.45), Some(2.5));
        assert_eq!(read.percentile(0.95), Some(75.0));
    }
}
