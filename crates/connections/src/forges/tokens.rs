//! Tokens that a forge gives for an hour, kept for all who open the same forge in this process: asking for one before every
//! call would double the calls, and forges count them.
//!
//! What must stay true: who does not have the secret that a token was got with does not get the token; one that was refused
//! is forgotten.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use slipway_api::Timestamp;
use zeroize::Zeroizing;

/// Tokens that are kept at most.
const MOST: usize = 10_000;
/// A token that ends sooner is not given any more.
const MARGIN: Duration = Duration::from_secs(300);

/// Which token: everything that it was got with, in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

struct Kept {
    token: Zeroizing<String>,
    expires_at: Timestamp,
}

/// The tokens of this process.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<Key, Kept>>);

impl Key {
    /// Of where a token is got, as whom, and with which secret.
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Context::new(&SHA256);
        for part in parts {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let mut key = [0; 32];
        key.iter_mut()
            .zip(digest.finish().as_ref())
            .for_each(|(place, byte)| *place = *byte);
        Self(key)
    }
}

impl Tokens {
    /// The token, if it holds for some minutes at least.
    pub(super) fn find(&self, key: &Key, now: Timestamp) -> Option<Zeroizing<String>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.get(key)?;
        (found.expires_at > now.after(MARGIN)).then(|| found.token.clone())
    }

    /// Keeps a token until it ends.
    pub(super) fn keep(&self, key: &Key, token: &Zeroizing<String>, expires_at: Timestamp, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, old| old.expires_at > now);
        }
        // Without room it is got again each time, which is slower and no worse.
        if all.len() < MOST {
            let token = token.clone();
            all.insert(key.clone(), Kept { token, expires_at });
        }
    }

    /// Forgets a token that the forge did not take.
    pub(super) fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_while_it_holds_and_to_nobody_else() {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let key = Key::of(&[b"https://forge", b"app", b"secret"]);
        let ends = now.after(Duration::from_secs(3_600));
        let tokens = Tokens::default();
        tokens.keep(&key, &Zeroizing::new("token".to_owned()), ends, now);
        let found = |key: &Key, minutes: u64| tokens.find(key, now.after(Duration::from_secs(minutes * 60))).is_some();
        assert!(found(&key, 0) && found(&key, 54) && !found(&key, 55));
        assert!(!found(&Key::of(&[b"https://forge", b"app", b"another"]), 0));
        assert!(!found(&Key::of(&[b"https://forge", b"ap", b"psecret"]), 0));
        tokens.forget(&key);
        assert!(!found(&key, 0));
    }
}
