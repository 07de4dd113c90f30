//! Lost updates: what a form edits carries an `ETag`, and a write may say which one it saw.

use axum::http::{HeaderMap, HeaderValue, header};
use slipway_api::Code;

use crate::errors::{Error, Result};

/// The tag of an object's version.
#[must_use]
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// Refuses a write that was made from another version than the current one.
///
/// # Errors
///
/// `PreconditionFailed`, with the current version.
pub fn require_unchanged(headers: &HeaderMap, version: i64) -> Result<()> {
    let Some(wanted) = headers.get(header::IF_MATCH) else {
        return Ok(());
    };
    let wanted = wanted.to_str().unwrap_or_default();
    let current = format!("\"{version}\"");
    if wanted == "*" || wanted.split(',').any(|tag| tag.trim() == current) {
        return Ok(());
    }
    Err(Error::new(
        Code::PreconditionFailed,
        "Somebody changed this since you read it. Read it again, and repeat your change if it still applies; its events \
         say who changed what.",
    )
    .with_meta("etag", current))
}
