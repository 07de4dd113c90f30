//! SHA-256 digests as lower-case hex, and a digest of JSON that does not depend on spacing or key order.

use std::collections::BTreeMap;
use std::io::{self, Read};

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::value::RawValue;

/// As deep as serde_json itself reads values; raw values would go on until the stack ends.
const MAX_DEPTH: usize = 128;

/// SHA-256 of bytes, 64 hex characters.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut context = Context::new(&SHA256);
    context.update(bytes);
    finish(context)
}

/// SHA-256 of everything that a reader gives, with its size in bytes; never more than a piece of it is in memory.
///
/// # Errors
/// The reader's own.
pub fn sha256_hex_of(mut reader: impl Read) -> io::Result<(String, u64)> {
    let mut context = Context::new(&SHA256);
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0_u64;
    loop {
        let count = match reader.read(&mut piece) {
            Ok(0) => return Ok((finish(context), size)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        context.update(piece.get(..count).unwrap_or_default());
        size = size.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// SHA-256 over the canonical form of a JSON document: keys sorted, no spacing, strings re-encoded, numbers as written.
///
/// Numbers keep their text because a state may hold more digits than a float.
///
/// # Errors
/// The bytes are not one JSON document, or it is nested more than 128 deep.
pub fn canonical_json_sha256(bytes: &[u8]) -> Result<String, serde_json::Error> {
    let value: &RawValue = serde_json::from_slice(bytes)?;
    let mut context = Context::new(&SHA256);
    write_canonical(value, 0, &mut context)?;
    Ok(finish(context))
}

fn write_canonical(value: &RawValue, depth: usize, context: &mut Context) -> Result<(), serde_json::Error> {
    if depth > MAX_DEPTH {
        return Err(serde::de::Error::custom("the document is nested too deep"));
    }
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            context.update(b"{");
            for (index, (key, field)) in fields.into_iter().enumerate() {
                context.update(if index > 0 { b"," } else { b"" });
                context.update(serde_json::to_string(&key)?.as_bytes());
                context.update(b":");
                write_canonical(field, depth + 1, context)?;
            }
            context.update(b"}");
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            context.update(b"[");
            for (index, item) in items.into_iter().enumerate() {
                context.update(if index > 0 { b"," } else { b"" });
                write_canonical(item, depth + 1, context)?;
            }
            context.update(b"]");
        }
        Some(b'"') => {
            let string: String = serde_json::from_str(text)?;
            context.update(serde_json::to_string(&string)?.as_bytes());
        }
        _ => context.update(text.as_bytes()),
    }
    Ok(())
}

fn finish(context: Context) -> String {
    hex::encode(context.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_and_order_do_not_count_but_values_do() {
        let one = canonical_json_sha256(br#"{"b":[1,2.50],"a":"\u00e4"}"#).unwrap();
        let two = canonical_json_sha256("{ \"a\" : \"ä\",\n \"b\" : [ 1, 2.50 ] }".as_bytes()).unwrap();
        let three = canonical_json_sha256(br#"{"a":"\u00e4","b":[1,2.51]}"#).unwrap();
        assert_eq!(one, two);
        assert_ne!(one, three);
        let big = |last| canonical_json_sha256(format!("1234567890123456789012345{last}").as_bytes()).unwrap();
        assert_ne!(big(1), big(2));
        assert!(canonical_json_sha256(b"{} {}").is_err());
        assert!(canonical_json_sha256(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()).is_err());
    }

    #[test]
    fn known_digest() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(sha256_hex_of(&b"abc"[..]).unwrap(), (sha256_hex(b"abc"), 3));
    }
}
