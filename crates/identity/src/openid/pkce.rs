//! Texts that nobody guesses, and how a code is bound to who asked for it (RFC 7636): pure but for the randomness.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use slipway_kernel::Result;
use slipway_kernel::random::Random;
use slipway_kernel::tokens::are_equal;

/// 256 random bits as a text of 43 characters that may stand in an address.
///
/// # Errors
///
/// When there is no randomness.
pub fn unguessable(random: &Random) -> Result<String> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The challenge of a verifier, by the method S256.
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// Whether the text can be a challenge: the plain method is not taken, so it has the length of a SHA-256.
#[must_use]
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether the verifier is the one that the challenge was made of.
#[must_use]
pub fn answers(verifier: &str, challenge_text: &str) -> bool {
    (43..=128).contains(&verifier.len()) && are_equal(&challenge(verifier), challenge_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(answers(verifier, &challenge(verifier)) && is_challenge(&challenge(verifier)));
        assert!(!answers(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            &challenge(verifier)
        ));
        assert!(!is_challenge("plain") && !answers("short", &challenge("short")));
    }

    #[test]
    fn no_two_texts_are_alike() {
        let random = Random::seeded(1);
        let text = unguessable(&random).unwrap();
        assert_eq!(text.len(), 43);
        assert_ne!(text, unguessable(&random).unwrap());
    }
}
