//! What routers of other processes said of themselves last: kept in memory, because they say it all the time.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use slipway_api::ids::AppRouterId;
use slipway_router::{Measured, Report};
use tokio::time::Instant;

/// One that said nothing for so long, beyond what it waits, is not there.
const SILENCE: Duration = Duration::from_secs(5);

/// The routers that this process gives tables to.
#[derive(Default)]
pub struct Connected(Mutex<HashMap<AppRouterId, Said>>);

struct Said {
    report: Report,
    /// Until when it counts as being there.
    until: Instant,
    noted_at: Option<Instant>,
}

impl Connected {
    /// Takes what one says; says whether it should be written down, which is not done each time.
    pub(crate) fn hear(&self, id: AppRouterId, report: Report, every: Duration) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let before = all.get(&id);
        let is_other = before.is_none_or(|before| before.report.serves != report.serves);
        let noted_at = before.and_then(|before| before.noted_at);
        let is_due = is_other || noted_at.is_none_or(|at| now.saturating_duration_since(at) >= every);
        let until = now + Duration::from_millis(report.waits_ms) + SILENCE;
        let noted_at = if is_due { Some(now) } else { noted_at };
        let said = Said {
            report,
            until,
            noted_at,
        };
        all.insert(id, said);
        is_due
    }

    /// One that was deleted.
    pub(crate) fn forget(&self, id: AppRouterId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Whether a router that is there serves an older table than this one, or has a request at one of these units.
    #[must_use]
    pub fn is_busy(&self, version: u64, gone: &[SocketAddr]) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut there = all.values().filter(|said| said.until > now);
        there.any(|said| said.report.serves < version || said.report.busy.iter().any(|unit| gone.contains(unit)))
    }

    /// What each of them counted, by route; those that are away with what they said last.
    #[must_use]
    pub fn measured(&self) -> Vec<(AppRouterId, BTreeMap<String, Measured>)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .map(|(id, said)| (*id, said.report.measured.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_unit_is_waited_for_as_long_as_a_router_that_is_there_may_ask_it() {
        let connected = Connected::default();
        let unit: SocketAddr = "127.0.0.1:1".parse().unwrap();
        assert!(!connected.is_busy(7, &[unit]));
        let report = |serves, busy: &[SocketAddr]| Report {
            serves,
            busy: busy.to_vec(),
            waits_ms: 1_000,
            ..Report::default()
        };
        let (one, other) = (AppRouterId::from_parts(1, 1), AppRouterId::from_parts(1, 2));
        let often = Duration::from_secs(10);
        assert!(connected.hear(one, report(6, &[]), often));
        assert!(connected.is_busy(7, &[unit]), "it does not know yet");
        assert!(connected.hear(one, report(7, &[unit]), often));
        assert!(!connected.hear(other, report(7, &[]), often) || connected.is_busy(7, &[unit]));
        assert!(!connected.is_busy(7, &["127.0.0.1:2".parse().unwrap()]));
        assert!(!connected.hear(one, report(7, &[]), often), "nothing to write down");
        assert!(!connected.is_busy(7, &[unit]));
        assert!(connected.is_busy(8, &[unit]));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(!connected.is_busy(8, &[unit]), "they are not there any more");
    }
}
