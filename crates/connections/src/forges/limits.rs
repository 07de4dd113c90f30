//! Until when forges asked to be left alone, kept for all who open the same forge with the same credentials in this process:
//! what one job was told holds for all the others, so that a limit is not run against by each of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use slipway_api::Timestamp;

use super::tokens::Key;

/// Limits that are kept at most.
const MOST: usize = 10_000;

/// The limits that were told to this process.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<Key, Timestamp>>);

impl Limits {
    /// From when the forge may be asked again; none when now.
    pub(super) fn until(&self, key: &Key, now: Timestamp) -> Option<Timestamp> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).copied().filter(|until| *until > now)
    }

    /// Notes what a forge said.
    pub(super) fn note(&self, key: Key, until: Timestamp, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, until| *until > now);
        }
        // Without room each asks once by himself, which is slower and no worse.
        if all.len() < MOST {
            all.insert(key, until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_limit_holds_for_its_credentials_until_it_ends() {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let limits = Limits::default();
        let key = |token: &str| Key::of(&[b"https://forge", token.as_bytes()]);
        let until = now.after(Duration::from_secs(60));
        limits.note(key("a"), until, now);
        assert_eq!(limits.until(&key("a"), now), Some(until));
        assert_eq!(limits.until(&key("b"), now), None);
        assert_eq!(limits.until(&key("a"), until), None);
    }
}
