//! The form of a sealed value, and how it is made and opened: pure but for the random nonce.
//!
//! `format (1 byte) | key version (4, big endian) | nonce (12) | ciphertext | tag (16)`, AES-256-GCM. The associated data
//! is the place of the value, so that a sealed value copied to another row or column does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::{Zeroize, Zeroizing};

use crate::errors::{Error, Result};
use crate::random::Random;

/// The only format there is so far.
const FORMAT: u8 = 1;
/// Bytes before the ciphertext.
const HEADER: usize = 1 + 4 + NONCE_LEN;
/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Where a sealed value lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    table: &'static str,
    column: &'static str,
    row: String,
}

impl Place {
    /// The column `column` of the row `row` of `table`.
    #[must_use]
    pub fn new(table: &'static str, column: &'static str, row: impl ToString) -> Self {
        Self {
            table,
            column,
            row: row.to_string(),
        }
    }

    fn associated(&self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.column, self.row).into_bytes()
    }
}

/// Opened secret bytes: no `Debug`, no `Display`, overwritten when dropped.
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes bytes into custody.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Say at the call why they are needed in clear.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text.
    ///
    /// # Errors
    ///
    /// When they are not UTF-8.
    pub fn expose_text(&self) -> Result<&str> {
        std::str::from_utf8(&self.0).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    }
}

/// A key of 256 bits: no `Debug`, overwritten when dropped.
pub(crate) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    pub(crate) fn random(random: &Random) -> Result<Self> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random.fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// Takes the key out of `bytes`, which are overwritten.
    pub(crate) fn from_bytes(mut bytes: Vec<u8>) -> Result<Self> {
        let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice());
        bytes.zeroize();
        key.map(|key| Self(Zeroizing::new(key)))
            .map_err(|_| Error::internal("a key has not 32 bytes"))
    }

    /// The key for one purpose, by HKDF-SHA256 (RFC 5869): no key is ever used for two things.
    pub(crate) fn derive(&self, purpose: &str, salt: &[u8]) -> Result<Self> {
        let failed = |_| Error::internal("a key could not be derived");
        let mut derived = Zeroizing::new([0; KEY_BYTES]);
        Salt::new(HKDF_SHA256, salt)
            .extract(self.0.as_slice())
            .expand(&[purpose.as_bytes()], Length)
            .map_err(failed)?
            .fill(derived.as_mut_slice())
            .map_err(failed)?;
        Ok(Self(derived))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    pub(crate) fn cipher(&self) -> Result<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, self.0.as_slice())
            .map(LessSafeKey::new)
            .map_err(|_| Error::internal("a key was refused by the cipher"))
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// Seals `plain` for `place`.
pub(crate) fn seal(key: &Key, version: u32, place: &Place, plain: &[u8], random: &Random) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce)?;
    // Encrypted in place in the one buffer that is returned: no second copy of the secret is left behind.
    let mut sealed = Vec::with_capacity(HEADER + plain.len() + AES_256_GCM.tag_len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&version.to_be_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let (_, body) = sealed.split_at_mut(HEADER);
    let tag = key
        .cipher()?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.associated()), body)
        .map_err(|_| Error::internal("a secret could not be sealed"))?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// The version of the key that opens `sealed`.
pub(crate) fn version(sealed: &[u8]) -> Result<u32> {
    match sealed.split_at_checked(HEADER) {
        Some(([FORMAT, a, b, c, d, ..], _)) => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        Some(_) => Err(Error::internal("a sealed value has a format of a newer version")),
        None => Err(Error::internal("a sealed value is too short to be one")),
    }
}

/// Opens what [`seal`] made for `place`.
pub(crate) fn open(key: &Key, place: &Place, sealed: &[u8]) -> Result<SecretBytes> {
    version(sealed)?;
    let broken = || Error::internal(format!("a sealed value of {} does not open", place.table));
    let (header, body) = sealed.split_at_checked(HEADER).ok_or_else(broken)?;
    let nonce = header.last_chunk::<NONCE_LEN>().ok_or_else(broken)?;
    let mut plain = Zeroizing::new(body.to_vec());
    let length = key
        .cipher()?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(place.associated()),
            &mut plain,
        )
        .map_err(|_| broken())?
        .len();
    plain.truncate(length);
    Ok(SecretBytes(plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u64) -> Key {
        Key::random(&Random::seeded(seed)).unwrap()
    }

    fn place(row: &str) -> Place {
        Place::new("variables", "value", row)
    }

    #[test]
    fn a_value_opens_only_at_its_place_and_with_its_key() {
        let sealed = seal(&key(1), 7, &place("a"), b"hunter2", &Random::seeded(9)).unwrap();
        assert_eq!(version(&sealed).unwrap(), 7);
        assert_eq!(open(&key(1), &place("a"), &sealed).unwrap().expose(), b"hunter2");
        assert!(open(&key(1), &place("b"), &sealed).is_err());
        assert!(open(&key(1), &Place::new("variables", "other", "a"), &sealed).is_err());
        assert!(open(&key(2), &place("a"), &sealed).is_err());
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let random = Random::seeded(9);
        let first = seal(&key(1), 1, &place("a"), b"hunter2", &random).unwrap();
        let second = seal(&key(1), 1, &place("a"), b"hunter2", &random).unwrap();
        assert_ne!(first, second);
        assert!(!first.windows(7).any(|window| window == b"hunter2"));
    }

    #[test]
    fn keys_for_two_purposes_differ() {
        assert_ne!(
            key(1).derive("seal", b"").unwrap().as_bytes(),
            key(1).derive("address", b"").unwrap().as_bytes()
        );
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(plain in prop::collection::vec(any::<u8>(), 0..200), index in any::<prop::sample::Index>()) {
            let mut sealed = seal(&key(1), 1, &place("a"), &plain, &Random::seeded(9)).unwrap();
            // The version is no secret and only chooses the key; every other byte is protected.
            let index = index.index(sealed.len());
            prop_assume!(!(1..5).contains(&index));
            sealed[index] ^= 1;
            prop_assert!(open(&key(1), &place("a"), &sealed).is_err());
        }

        #[test]
        fn garbage_is_refused(garbage in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(open(&key(1), &place("a"), &garbage).is_err());
        }
    }
}
