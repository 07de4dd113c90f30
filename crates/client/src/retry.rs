//! When a request is sent again, and how long to wait before: pure.

use std::time::Duration;

use crate::call::Repeat;

const FIRST_DELAY_MS: f64 = 200.0;
const LONGEST_DELAY_MS: f64 = 10_000.0;
/// A server may ask for more patience than a program has; beyond this, its answer is reported instead.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection came about: the server has seen nothing.
    NotConnected,
    /// The other side's certificate is not trusted, which another attempt does not change.
    NotTrusted,
    /// The connection broke: the server may have acted.
    Broken,
    /// The server answered with this status, and perhaps with `Retry-After`.
    Status(u16, Option<Duration>),
}

/// How long to wait before attempt number `attempt + 1`, or nothing when the failure is the answer.
///
/// `spread` is a random number in `0.0..1.0`, so that a thousand clients do not come back in the same instant.
pub(crate) fn delay(repeat: Repeat, failure: Failure, attempt: u32, spread: f64) -> Option<Duration> {
    if !may_repeat(repeat, failure) {
        return None;
    }
    let asked = match failure {
        Failure::Status(_, retry_after) => retry_after,
        Failure::NotConnected | Failure::NotTrusted | Failure::Broken => None,
    };
    if let Some(asked) = asked {
        return (asked <= LONGEST_RETRY_AFTER).then(|| asked + Duration::from_millis(millis(spread * FIRST_DELAY_MS)));
    }
    Some(backoff(attempt, spread))
}

/// Doubling from 200 ms to 10 s; `attempt` counts from 1. The upper half of each step is random.
pub(crate) fn backoff(attempt: u32, spread: f64) -> Duration {
    let doublings = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX).min(16);
    let step = (FIRST_DELAY_MS * 2f64.powi(doublings)).min(LONGEST_DELAY_MS);
    Duration::from_millis(millis(step * (0.5 + spread / 2.0)))
}

fn may_repeat(repeat: Repeat, failure: Failure) -> bool {
    match (repeat, failure) {
        (Repeat::Never, _) | (_, Failure::NotTrusted) => false,
        (_, Failure::NotConnected | Failure::Status(429 | 503, _)) => true,
        (Repeat::Always, Failure::Broken | Failure::Status(502, _)) => true,
        _ => false,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 10,000 by construction"
)]
fn millis(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Repeat::Always, Failure::NotConnected, true)]
    #[case(Repeat::Always, Failure::NotTrusted, false)]
    #[case(Repeat::Always, Failure::Broken, true)]
    #[case(Repeat::Always, Failure::Status(502, None), true)]
    #[case(Repeat::Always, Failure::Status(500, None), false)]
    #[case(Repeat::Always, Failure::Status(404, None), false)]
    #[case(Repeat::WhenNotHandled, Failure::NotConnected, true)]
    #[case(Repeat::WhenNotHandled, Failure::Status(503, None), true)]
    #[case(Repeat::WhenNotHandled, Failure::Broken, false)]
    #[case(Repeat::WhenNotHandled, Failure::Status(502, None), false)]
    #[case(Repeat::Never, Failure::NotConnected, false)]
    fn only_what_cannot_happen_twice_is_repeated(
        #[case] repeat: Repeat,
        #[case] failure: Failure,
        #[case] expected: bool,
    ) {
        assert_eq!(delay(repeat, failure, 1, 0.0).is_some(), expected);
    }

    #[test]
    fn delays_grow_to_a_bound_and_differ_by_chance() {
        assert_eq!(backoff(1, 0.0), Duration::from_millis(100));
        assert_eq!(backoff(3, 0.0), Duration::from_millis(400));
        assert!(backoff(3, 0.0) < backoff(3, 0.9));
        assert!(backoff(1000, 0.999) <= Duration::from_secs(10));
    }

    #[test]
    fn a_servers_wish_is_kept_up_to_a_minute() {
        let wish = |seconds| Failure::Status(429, Some(Duration::from_secs(seconds)));
        assert_eq!(delay(Repeat::Always, wish(7), 1, 0.0), Some(Duration::from_secs(7)));
        assert_eq!(delay(Repeat::Always, wish(3600), 1, 0.0), None);
    }
}
