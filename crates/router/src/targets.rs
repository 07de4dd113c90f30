//! Chooses among the units of a route: the one with the least to do, and last of all one that could not be reached just now.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a unit that could not be reached is asked last.
const AVOIDED: Duration = Duration::from_secs(2);

/// The units of one route.
#[derive(Default)]
pub(crate) struct Targets {
    targets: Vec<Arc<Target>>,
    /// Where to begin looking, so that equals take turns.
    turn: AtomicUsize,
}

/// One unit.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    at_work: AtomicU32,
    failed_at: Mutex<Option<Instant>>,
}

/// One request at one unit; dropping it says that it has ended.
pub(crate) struct Turn {
    target: Arc<Target>,
}

impl Targets {
    /// Those of `before` that are still there keep what is known of them.
    pub(crate) fn new(addresses: &[SocketAddr], before: &Self) -> Self {
        let known = |address: &SocketAddr| before.targets.iter().find(|target| target.address == *address).cloned();
        let target = |address: &SocketAddr| known(address).unwrap_or_else(|| Arc::new(Target::new(*address)));
        Self {
            targets: addresses.iter().map(target).collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// The next one to ask, but for those that were `tried`.
    pub(crate) fn choose(&self, tried: &[SocketAddr]) -> Option<Turn> {
        self.choose_at(tried, Instant::now())
    }

    fn choose_at(&self, tried: &[SocketAddr], now: Instant) -> Option<Turn> {
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.targets.len();
        let in_turn = (0..count).filter_map(|step| self.targets.get(start.wrapping_add(step) % count));
        let open = in_turn.filter(|target| !tried.contains(&target.address));
        let best = open.min_by_key(|target| (target.is_avoided(now), target.at_work.load(Ordering::Relaxed)))?;
        best.at_work.fetch_add(1, Ordering::Relaxed);
        Some(Turn {
            target: Arc::clone(best),
        })
    }

    /// Those that are not in `next` and have requests that did not end.
    pub(crate) fn leaving(&self, next: &Self) -> Vec<Arc<Target>> {
        let stays = |target: &Arc<Target>| next.targets.iter().any(|other| Arc::ptr_eq(other, target));
        let leaving = self.targets.iter().filter(|target| !stays(target) && target.is_busy());
        leaving.cloned().collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }
}

impl Target {
    fn new(address: SocketAddr) -> Self {
        Self {
            address,
            at_work: AtomicU32::new(0),
            failed_at: Mutex::new(None),
        }
    }

    /// Whether a request at it did not end.
    pub(crate) fn is_busy(&self) -> bool {
        self.at_work.load(Ordering::Relaxed) > 0
    }

    fn is_avoided(&self, now: Instant) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|at| now.saturating_duration_since(at) < AVOIDED)
    }
}

impl Turn {
    /// Whom to ask.
    pub(crate) fn address(&self) -> SocketAddr {
        self.target.address
    }

    /// It could not be reached.
    pub(crate) fn failed(&self) {
        *self.target.failed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.target.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(count: u16) -> Vec<SocketAddr> {
        (1..=count)
            .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
            .collect()
    }

    fn ports(turns: &[Turn]) -> Vec<u16> {
        let mut ports: Vec<_> = turns.iter().map(|turn| turn.address().port()).collect();
        ports.sort_unstable();
        ports
    }

    #[test]
    fn whoever_has_the_least_to_do_is_asked() {
        let targets = Targets::new(&addresses(3), &Targets::default());
        let turns: Vec<_> = (0..6).filter_map(|_| targets.choose(&[])).collect();
        assert_eq!(ports(&turns), [1, 1, 2, 2, 3, 3]);
        let (ended, others): (Vec<_>, Vec<_>) = turns.into_iter().partition(|turn| turn.address().port() == 2);
        drop(ended);
        let next: Vec<_> = (0..2).filter_map(|_| targets.choose(&[])).collect();
        assert_eq!(ports(&next), [2, 2]);
        drop(others);
    }

    #[test]
    fn whoever_could_not_be_reached_is_asked_last_for_a_while() {
        let targets = Targets::new(&addresses(2), &Targets::default());
        let first = targets.choose(&[]).unwrap();
        let (bad, good) = (first.address(), 3 - first.address().port());
        first.failed();
        drop(first);
        for _ in 0..4 {
            assert_eq!(targets.choose(&[]).unwrap().address().port(), good);
        }
        let other = SocketAddr::from(([127, 0, 0, 1], good));
        assert_eq!(targets.choose(&[other]).unwrap().address(), bad);
        let later: Vec<_> = (0..2)
            .filter_map(|_| targets.choose_at(&[], Instant::now() + AVOIDED))
            .collect();
        assert_eq!(ports(&later), [1, 2]);
    }

    #[test]
    fn a_new_table_knows_how_busy_those_are_that_stay() {
        let before = Targets::new(&addresses(1), &Targets::default());
        let turn = before.choose(&[]).unwrap();
        let after = Targets::new(&addresses(2), &before);
        assert_eq!(after.choose(&[]).unwrap().address().port(), 2);
        assert!(after.choose(&addresses(2)).is_none());
        drop(turn);
    }
}
