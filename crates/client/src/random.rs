//! Randomness for idempotency keys and for spreading retries: the operating system's, which is there at once.

/// A key that no other request has: 32 hexadecimal characters.
pub(crate) fn idempotency_key() -> String {
    format!("{:032x}", u128::from_be_bytes(bytes()))
}

/// A number in `0.0..1.0`.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::from_be_bytes(bytes())) / (f64::from(u32::MAX) + 1.0)
}

/// 256 random bits as a text of 43 characters. Where the operating system has no randomness, none is made up: the empty
/// text is refused by every server.
pub(crate) fn unguessable() -> String {
    let mut bytes = [0; 32];
    match getrandom::fill(&mut bytes) {
        Ok(()) => base64_url(&bytes),
        Err(_) => String::new(),
    }
}

/// RFC 4648, section 5, without padding.
pub(crate) fn base64_url(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Fails only where the operating system has no randomness; zeros then cost spread, and a key that repeats, not
    // safety: the server compares the request as well.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_fractions_stay_below_one() {
        assert_ne!(idempotency_key(), idempotency_key());
        assert_eq!(idempotency_key().len(), 32);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&fraction())));
    }
}
