//! Ids that only grow within a process, so that what happened in one transaction keeps its order.

use std::sync::{Mutex, PoisonError};

use slipway_api::Timestamp;

/// The largest noise that an id keeps; see [`slipway_api::ids::Id::from_parts`].
const NOISE: u64 = 2_821_109_907_456;
/// Room for counting up from a first random noise, whatever it is.
const ROOM: u64 = 1 << 20;

/// The last id's time and noise.
#[derive(Default)]
pub struct IdSequence(Mutex<(i64, u64)>);

impl IdSequence {
    /// Time and noise of the next id: those given, or one more than the last when they would not be greater.
    #[must_use]
    pub fn next(&self, now: Timestamp, noise: u64) -> (i64, u64) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = (now.unix_ms(), noise % (NOISE - ROOM));
        // A clock that was set back does not turn the order either.
        *last = if fresh.0 > last.0 { fresh } else { (last.0, last.1 + 1) };
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_within_a_millisecond_and_when_the_clock_is_set_back() {
        let sequence = IdSequence::default();
        let moments = [1_000, 1_000, 1_001, 990, 1_001].map(Timestamp::from_unix_ms);
        let ids: Vec<_> = moments
            .into_iter()
            .zip([900, 5, 1, 7, 0])
            .map(|(now, noise)| sequence.next(now, noise))
            .collect();
        assert!(ids.is_sorted_by(|left, right| left < right), "{ids:?}");
    }
}
