//! The text of a token: how it is made, recognised and compared.
//!
//! `slw_<kind>_<43 characters of base 62, 256 random bits><6 characters of checksum>`. The prefix lets scanners find a
//! leaked token, the checksum tells a mistyped one without asking the database (the form of GitHub's tokens). Only the
//! SHA-256 of a token is stored.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use crate::errors::Result;
use crate::random::Random;
use crate::secrets::SecretBytes;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What every token starts with.
const PREFIX: &str = "slw_";
/// 62⁴³ is the first power of 62 above 2²⁵⁶.
const RANDOM_CHARACTERS: usize = 43;
/// 62⁶ is the first power of 62 above 2³².
const CHECKSUM_CHARACTERS: usize = 6;

/// Makes a new token of a kind: `user`, `pool`, `run`. It is shown once and stored as its [`hash`].
///
/// # Errors
///
/// When there is no randomness.
pub fn generate(kind: &str, random: &Random) -> Result<SecretBytes> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    random.fill(bytes.as_mut_slice())?;
    let mut text = format!("{PREFIX}{kind}_").into_bytes();
    text.extend_from_slice(&base62(bytes.as_slice(), RANDOM_CHARACTERS));
    let checksum = base62(&crc32(&text).to_be_bytes(), CHECKSUM_CHARACTERS);
    text.extend_from_slice(&checksum);
    Ok(SecretBytes::new(text))
}

/// The kind of a token, if the text is one: mistyped and foreign ones are told apart without the database.
#[must_use]
pub fn kind(text: &str) -> Option<&str> {
    let (kind, rest) = text.strip_prefix(PREFIX)?.rsplit_once('_')?;
    let is_formed = rest.len() == RANDOM_CHARACTERS + CHECKSUM_CHARACTERS
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let (body, checksum) = text.split_at_checked(text.len().checked_sub(CHECKSUM_CHARACTERS)?)?;
    let expected = base62(&crc32(body.as_bytes()).to_be_bytes(), CHECKSUM_CHARACTERS);
    (is_formed && !kind.is_empty() && expected == checksum.as_bytes()).then_some(kind)
}

/// What is stored of a token: its SHA-256 in hexadecimal. A slow hash is not needed for 256 random bits.
#[must_use]
pub fn hash(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

/// Compares in a time that says nothing about where the two differ.
#[must_use]
pub fn are_equal(left: &str, right: &str) -> bool {
    verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// The number in `bytes` (big endian) in base 62, padded to `length` characters.
fn base62(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; length];
    for place in digits.iter_mut().rev() {
        let remainder = number.iter_mut().fold(0u16, |carry, byte| {
            let value = carry * 256 + u16::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(0);
            value % 62
        });
        *place = ALPHABET.get(usize::from(remainder)).copied().unwrap_or(b'0');
    }
    zeroize::Zeroize::zeroize(&mut number);
    digits
}

/// CRC-32 as in IEEE 802.3, bit by bit: sixty bytes need no table.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (!(crc & 1)).wrapping_add(1))
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(seed: u64) -> String {
        let token = generate("user", &Random::seeded(seed)).unwrap();
        token.expose_text().unwrap().to_owned()
    }

    #[test]
    fn the_checksum_is_the_known_crc32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn base_62_counts_like_any_base() {
        assert_eq!(base62(&[0, 61], 2), b"0z");
        assert_eq!(base62(&[0, 62], 2), b"10");
        assert_eq!(base62(&[0xff; 32], RANDOM_CHARACTERS).len(), 43);
    }

    #[test]
    fn a_token_tells_its_kind_and_no_two_are_alike() {
        assert_eq!(kind(&token(1)), Some("user"));
        assert_ne!(token(1), token(2));
        assert_eq!(token(1).len(), "slw_user_".len() + 49);
        assert_eq!(hash(&token(1)).len(), 64);
    }

    #[test]
    fn comparing_needs_all_of_it() {
        assert!(are_equal("abc", "abc"));
        assert!(!are_equal("abc", "abd"));
        assert!(!are_equal("abc", "abcd"));
    }

    proptest! {
        #[test]
        fn a_mistyped_token_is_told_without_the_database(seed in any::<u64>(), place in 9..58usize, letter in "[0-9A-Za-z]") {
            let good = token(seed);
            let mut typed = good.clone();
            typed.replace_range(place..=place, &letter);
            prop_assert_eq!(kind(&typed).is_some(), typed == good);
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            prop_assert_eq!(kind(&text), None);
        }
    }
}
