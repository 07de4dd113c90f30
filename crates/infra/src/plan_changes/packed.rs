//! Gzipped JSON of a runner: bounded, checked, and read back. Pure.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::IgnoredAny;
use slipway_kernel::{Error, Result};

/// An index of a million changes has about 25 MB.
const INDEX_BYTES: u64 = 128 << 20;
/// A pack is a megabyte and one document more, which is hardly two.
const PACK_BYTES: u64 = 16 << 20;
/// The format of the index that readers know.
const FORMAT: u32 = 1;

/// What is proved of an index before it is kept; the rest is the console's.
#[derive(Deserialize)]
struct Index {
    format: u32,
    total: u32,
}

#[derive(Deserialize)]
struct Numbered {
    number: i64,
}

/// How many changes an index counts.
pub(super) fn total(index: &[u8]) -> Result<i64> {
    let json = unpack(index, INDEX_BYTES)?;
    let index: Index = serde_json::from_slice(&json).map_err(malformed)?;
    if index.format != FORMAT {
        return Err(Error::malformed(format!(
            "The index of changes has format {}, and this server knows {FORMAT}. Use a runner of the server's version.",
            index.format
        )));
    }
    Ok(i64::from(index.total))
}

/// How many changes a pack has: each a line of JSON, with the numbers from `first` on.
pub(super) fn count(pack: &[u8], first: i64) -> Result<i64> {
    let lines = unpack(pack, PACK_BYTES)?;
    let mut next = first;
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let change: Numbered = serde_json::from_slice(line).map_err(malformed)?;
        if change.number != next {
            return Err(Error::malformed(format!(
                "The pack has change {} where {next} is due.",
                change.number
            )));
        }
        next += 1;
    }
    match next - first {
        0 => Err(Error::malformed("The pack is empty.")),
        count => Ok(count),
    }
}

/// The line of a change that is the `place`-th of its pack.
pub(super) fn line(pack: &[u8], place: usize) -> Result<Bytes> {
    let lines = unpack(pack, PACK_BYTES)?;
    let line = lines.split(|byte| *byte == b'\n').nth(place);
    line.map(Bytes::copy_from_slice)
        .ok_or_else(|| Error::internal("a pack of changes has fewer than it had"))
}

/// The JSON of an index, for readers that do not take gzip.
pub(super) fn index(packed: &[u8]) -> Result<Bytes> {
    unpack(packed, INDEX_BYTES).map(Bytes::from)
}

fn unpack(packed: &[u8], limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::malformed(format!("The body is not gzipped JSON: {error}.")))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Error::new(
            slipway_api::Code::TooLarge,
            format!("The changes take more than {limit} bytes. The plan's log and its JSON have them all."),
        ));
    }
    // Whatever is served as JSON is JSON to its end.
    if let Err(error) = serde_json::Deserializer::from_slice(&bytes)
        .into_iter::<IgnoredAny>()
        .try_for_each(|value| value.map(drop))
    {
        return Err(malformed(error));
    }
    Ok(bytes)
}

fn malformed(error: serde_json::Error) -> Error {
    Error::malformed(format!("The changes cannot be read: {error}."))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use slipway_api::Code;

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_not_what_it_should_be_is_refused() {
        let code = |result: Result<i64>| result.unwrap_err().code();
        assert_eq!(total(&gzip(r#"{"format":1,"total":3,"more":[]}"#)).unwrap(), 3);
        assert_eq!(code(total(b"{}")), Code::MalformedRequest);
        assert_eq!(code(total(&gzip("{}"))), Code::MalformedRequest);
        assert_eq!(code(total(&gzip(r#"{"format":2,"total":3}"#))), Code::MalformedRequest);
        let pack = gzip("{\"number\":4}\n{\"number\":5}\n");
        assert_eq!(count(&pack, 4).unwrap(), 2);
        assert_eq!(line(&pack, 1).unwrap(), r#"{"number":5}"#);
        assert_eq!(code(count(&pack, 3)), Code::MalformedRequest);
        assert_eq!(code(count(&gzip("\n"), 0)), Code::MalformedRequest);
        assert_eq!(
            code(count(&gzip("{\"number\":0}\n{\"number\":1"), 0)),
            Code::MalformedRequest
        );
    }

    #[test]
    fn a_bomb_is_stopped() {
        let bomb = gzip(&"\n".repeat(usize::try_from(PACK_BYTES).unwrap() + 2));
        assert!(bomb.len() < 100_000);
        assert_eq!(count(&bomb, 0).unwrap_err().code(), Code::TooLarge);
    }
}
