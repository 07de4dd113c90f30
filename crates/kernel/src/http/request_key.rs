//! The header `Idempotency-Key`: by which a request that starts something is known when it comes again.

use axum::http::HeaderMap;

use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// Longest key, in characters.
const LENGTH: usize = 100;

/// The key of a request together with who sent it, so that nobody finds what another started by guessing; nothing where it has none.
///
/// # Errors
///
/// `MalformedRequest` for what is no key.
pub fn request_key(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<String>> {
    let key = headers.get("idempotency-key");
    let key = key.map(|value| String::from_utf8_lossy(value.as_bytes()));
    key.map(|key| key_of_caller(ctx, &key)).transpose()
}

/// A key together with who sent it.
///
/// # Errors
///
/// As [`request_key`].
pub fn key_of_caller(ctx: &Ctx, key: &str) -> Result<String> {
    if key.is_empty() || key.len() > LENGTH || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = "The header Idempotency-Key has 1 to 100 printable ASCII characters.";
        return Err(Error::malformed(detail));
    }
    Ok(format!("{} {key}", ctx.actor().id().unwrap_or_default()))
}
