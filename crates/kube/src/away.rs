//! How long a cluster has not answered whoever waits for something there.

use std::time::Duration;

use tokio::time::Instant;

/// A cluster that did not answer for so long, however often it was asked, is away.
const AWAY: Duration = Duration::from_secs(2);
/// It is asked at least so often: between failures that are further apart it did answer, and had nothing to tell.
const APART: Duration = Duration::from_secs(60);

/// The failures since the last answer.
#[derive(Debug, Default)]
pub(crate) struct Away(Option<(Instant, Instant)>);

impl Away {
    pub(crate) fn answered(&mut self) {
        self.0 = None;
    }

    /// Whether by now it has failed for too long.
    pub(crate) fn failed(&mut self) -> bool {
        let now = Instant::now();
        let first = match self.0 {
            Some((first, last)) if now.duration_since(last) < APART => first,
            _ => now,
        };
        self.0 = Some((first, now));
        now.duration_since(first) >= AWAY
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_cluster_that_fails_again_and_again_is_away() {
        let mut away = Away::default();
        assert!(!away.failed());
        advance(Duration::from_secs(1)).await;
        assert!(!away.failed());
        advance(Duration::from_secs(2)).await;
        assert!(away.failed());
        away.answered();
        assert!(!away.failed());
        advance(Duration::from_secs(3_600)).await;
        assert!(!away.failed(), "an hour between two failures");
    }
}
