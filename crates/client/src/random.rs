//! Randomness for idempotency keys and for spreading retries: the operating system's, which is there at once.

/// A key that no other request has: 32 hexadecimal characters.
pub(crate) fn idempotency_key() -> String {
    format!("{:032x}", u128::from_be_bytes(bytes()))
}

/// A number in `0.0..1.0`.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::from_be_bytes(bytes())) / (f64::from(u32::MAX) + 1.0)
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
