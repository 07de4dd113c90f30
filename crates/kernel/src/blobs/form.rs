//! The form of a blob's object: compressed, then sealed in chunks. Pure but for the random salt.
//!
//! `format (1 byte) | key version (4, big endian) | salt (16) | chunks`. Each object has a key of its own, derived from
//! the organization's data key and the salt, so chunk numbers can be nonces (the STREAM construction of Hoang,
//! Reyhanitabar, Rogaway and Vizár 2015: the nonce also says which chunk is the last, so that nothing can be cut off or
//! moved). The associated data is organization and address, so that an object in another's place does not open.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use slipway_api::ids::OrganizationId;

use super::model::BlobAddress;
use crate::errors::{Error, Result};
use crate::random::Random;
use crate::secrets::sealing::Key;

const FORMAT: u8 = 1;
const SALT: usize = 16;
/// Bytes before the chunks.
pub(super) const HEADER: usize = 1 + 4 + SALT;
const TAG: usize = 16;
/// Bytes of plain text in a chunk, but for the last.
const CHUNK: usize = 1 << 20;
/// Above this, speed counts more than the last per cent of size.
const LARGE: usize = 4 << 20;

/// What a blob is bound to.
pub(super) struct Identity<'a> {
    pub organization: OrganizationId,
    pub address: &'a BlobAddress,
}

impl Identity<'_> {
    fn associated(&self) -> Vec<u8> {
        format!("blobs|{}|{}", self.organization, self.address).into_bytes()
    }
}

/// Compresses and seals.
pub(super) fn pack(
    content: &[u8],
    key: &Key,
    version: u32,
    identity: &Identity<'_>,
    random: &Random,
) -> Result<Vec<u8>> {
    let level = if content.len() > LARGE { 1 } else { 3 };
    let compressed = zstd::bulk::compress(content, level).map_err(Error::internal)?;
    let mut salt = [0; SALT];
    random.fill(&mut salt)?;
    let cipher = key.derive("blob", &salt)?.cipher()?;
    let mut object = Vec::with_capacity(HEADER + compressed.len() + (compressed.len() / CHUNK + 1) * TAG);
    object.push(FORMAT);
    object.extend_from_slice(&version.to_be_bytes());
    object.extend_from_slice(&salt);
    let mut rest = compressed.as_slice();
    for number in 0u32.. {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        let start = object.len();
        object.extend_from_slice(chunk);
        let (_, place) = object.split_at_mut(start);
        let tag = cipher
            .seal_in_place_separate_tag(nonce(number, after.is_empty()), Aad::from(identity.associated()), place)
            .map_err(|_| Error::internal("a blob could not be sealed"))?;
        object.extend_from_slice(tag.as_ref());
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    Ok(object)
}

/// The version of the data key that opens an object.
pub(super) fn version(object: &[u8]) -> Result<u32> {
    match object.split_at_checked(HEADER) {
        Some(([FORMAT, a, b, c, d, ..], _)) => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
        Some(_) => Err(Error::internal("an object has a format of a newer version")),
        None => Err(damaged("too short")),
    }
}

/// Opens and decompresses what [`pack`] made of a content of `size` bytes.
pub(super) fn unpack(mut object: Vec<u8>, key: &Key, identity: &Identity<'_>, size: usize) -> Result<Vec<u8>> {
    version(&object)?;
    let (header, body) = object
        .split_at_mut_checked(HEADER)
        .ok_or_else(|| damaged("too short"))?;
    let salt = header.last_chunk::<SALT>().ok_or_else(|| damaged("too short"))?;
    let cipher = key.derive("blob", salt)?.cipher()?;
    let compressed = open_chunks(&cipher, identity, body)?;
    zstd::bulk::decompress(&compressed, size).map_err(|_| damaged("not of the size it had"))
}

fn open_chunks(cipher: &LessSafeKey, identity: &Identity<'_>, body: &mut [u8]) -> Result<Vec<u8>> {
    let count = body.len().div_ceil(CHUNK + TAG);
    let mut compressed = Vec::with_capacity(body.len());
    for (number, chunk) in (0u32..).zip(body.chunks_mut(CHUNK + TAG)) {
        let is_last = usize::try_from(number).is_ok_and(|number| number + 1 == count);
        let plain = cipher
            .open_in_place(nonce(number, is_last), Aad::from(identity.associated()), chunk)
            .map_err(|_| damaged("changed, cut, or another's"))?;
        compressed.extend_from_slice(plain);
    }
    Ok(compressed)
}

fn nonce(number: u32, is_last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    let [.., a, b, c, d, last] = &mut bytes;
    [*a, *b, *c, *d] = number.to_be_bytes();
    *last = u8::from(is_last);
    Nonce::assume_unique_for_key(bytes)
}

pub(super) fn damaged(how: &str) -> Error {
    Error::internal(format!("an object in the store is damaged: {how}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> Key {
        Key::random(&Random::seeded(1)).unwrap()
    }

    fn round(content: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<u8>> {
        let address = BlobAddress("a".to_owned());
        let organization = OrganizationId::from_parts(1_763_680_000_000, 1);
        let identity = Identity {
            organization,
            address: &address,
        };
        let mut object = pack(content, &key(), 3, &identity, &Random::seeded(2)).unwrap();
        assert_eq!(version(&object).unwrap(), 3);
        change(&mut object);
        unpack(object, &key(), &identity, content.len())
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        Random::seeded(7).fill(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn contents_of_all_sizes_come_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let content = noise(length);
            assert!(round(&content, |_| {}).unwrap() == content, "{length}");
        }
    }

    #[test]
    fn an_object_that_was_cut_at_a_chunk_is_damaged() {
        let cut = round(&noise(3 * CHUNK), |object| object.truncate(HEADER + 2 * (CHUNK + TAG)));
        assert!(cut.is_err());
    }

    #[test]
    fn chunks_cannot_change_places() {
        let swapped = round(&noise(3 * CHUNK), |object| {
            let (first, second) = object[HEADER..].split_at_mut(CHUNK + TAG);
            first.swap_with_slice(&mut second[..CHUNK + TAG]);
        });
        assert!(swapped.is_err());
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_noticed(content in prop::collection::vec(any::<u8>(), 0..300), index in any::<prop::sample::Index>()) {
            let changed = round(&content, |object| {
                let length = object.len();
                // The version only chooses the key.
                let index = index.index(length - HEADER) + HEADER;
                object[index] ^= 0x40;
            });
            prop_assert!(changed.is_err());
        }
    }
}
