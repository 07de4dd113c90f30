//! Passwords: which are accepted, and how they are hashed and compared.
//!
//! Argon2id with the parameters that OWASP recommends (19 MiB, two passes, one lane; Password Storage Cheat Sheet), off
//! the threads that answer requests, and only a few at once, so that sign-ins cannot exhaust memory.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash as Parsed;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result};
use tokio::sync::Semaphore;

use crate::users::{PasswordHash, User};

/// Characters of the shortest password that is accepted.
pub const SHORTEST: usize = 12;
/// Bytes of the longest one: more costs time and protects nothing.
const LONGEST_BYTES: usize = 512;
/// Different characters that a password has at least.
const DIFFERENT: usize = 5;
/// Passwords that are hashed at once; each takes 19 MiB and one processor.
static ROOM: Semaphore = Semaphore::const_new(4);

/// Compared with when there is no password to compare with, so that it takes as long: the hash of random bytes that
/// nobody kept, with the parameters of all others.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2xpcHdheS1kZWNveS0xNg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Refuses a password that is easily guessed.
///
/// # Errors
///
/// `Invalid` at `pointer`, with what would be right.
pub fn acceptable(password: &str, username: &str, email: Option<&str>, pointer: &str) -> Result<()> {
    let refused = |detail: &str| Err(Error::invalid(pointer, detail));
    if password.chars().count() < SHORTEST {
        return refused("A password has at least 12 characters. A few unrelated words make a good one.");
    }
    if password.len() > LONGEST_BYTES {
        return refused("A password has at most 512 bytes.");
    }
    if password.chars().collect::<BTreeSet<_>>().len() < DIFFERENT {
        return refused("This password repeats a few characters. A few unrelated words make a good one.");
    }
    let lower = password.to_lowercase();
    let local_part = email.and_then(|email| email.split('@').next());
    let names = [Some(username), local_part, email];
    let has_name = names
        .into_iter()
        .flatten()
        .map(str::to_lowercase)
        .any(|name| name.chars().count() >= 4 && lower.contains(&name));
    if has_name {
        return refused("The password must not contain your name or mail address.");
    }
    Ok(())
}

/// Hashes a password for storage.
///
/// # Errors
///
/// When there is no randomness, or the process is ending.
pub async fn hash(ctx: &Ctx, password: &SecretBytes) -> Result<PasswordHash> {
    let mut salt = [0; 16];
    ctx.random.fill(&mut salt)?;
    let password = SecretBytes::new(password.expose().to_vec());
    let text = in_the_background(ctx, move || {
        argon2()
            .hash_password_with_salt(password.expose(), &salt)
            .map(|hash| hash.to_string())
    });
    text.await?.map(PasswordHash).map_err(Error::internal)
}

/// Whether `password` is the user's. Nobody, and a user without a password, costs the same work and is refused.
///
/// # Errors
///
/// When the process is ending.
pub async fn is_right(ctx: &Ctx, user: Option<&User>, password: &SecretBytes) -> Result<bool> {
    let stored = user.and_then(|user| user.password_hash.as_ref());
    let is_known = stored.is_some();
    let text = stored.map_or_else(|| DECOY.to_owned(), |hash| hash.0.clone());
    let password = SecretBytes::new(password.expose().to_vec());
    let matches = in_the_background(ctx, move || {
        Parsed::new(&text).is_ok_and(|parsed| argon2().verify_password(password.expose(), &parsed).is_ok())
    });
    Ok(matches.await? && is_known)
}

async fn in_the_background<T: Send + 'static>(ctx: &Ctx, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _room = ROOM.acquire().await.map_err(Error::internal)?;
    ctx.metrics.passwords_hashed.inc();
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

fn argon2() -> Argon2<'static> {
    // The default parameters of the crate are OWASP's; a test says so.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("correct horse battery staple", true)]
    #[case("Zwölf Zeichen", true)]
    #[case("short", false)]
    #[case("aaaaaaaaaaaaaaaaaaaa", false)]
    #[case("abababababababab", false)]
    #[case("my-lovelace-pass", false)]
    #[case("LOVELACE is great", false)]
    #[case("countess has a pw", false)]
    fn what_is_easily_guessed_is_refused(#[case] password: &str, #[case] is_accepted: bool) {
        let accepted = acceptable(
            password,
            "lovelace",
            Some("countess@example.org"),
            "/data/attributes/password",
        );
        assert_eq!(accepted.is_ok(), is_accepted, "{password}");
    }

    #[test]
    fn a_long_password_is_refused_before_it_costs_anything() {
        let long: String = ('a'..='z').cycle().take(600).collect();
        assert!(acceptable(&long, "ada", None, "").is_err());
    }

    #[test]
    fn the_decoy_costs_what_every_password_costs() {
        let made = argon2()
            .hash_password_with_salt(b"correct horse", &[7; 16])
            .unwrap()
            .to_string();
        let cost = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(&made), "$argon2id$v=19$m=19456,t=2,p=1");
        assert_eq!(cost(&made), cost(DECOY));
        let decoy = Parsed::new(DECOY).unwrap();
        assert_eq!(
            decoy.hash.unwrap().len(),
            Parsed::new(&made).unwrap().hash.unwrap().len()
        );
        assert_eq!(decoy.salt.unwrap().len(), 16);
    }
}
