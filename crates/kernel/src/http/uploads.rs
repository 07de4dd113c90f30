//! Bodies that are too large for the general limit, read into memory up to a limit of their own.

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use slipway_api::Code;

use crate::errors::{Error, Result};

/// Reads the whole body.
///
/// # Errors
///
/// `TooLarge` as soon as more than `limit` bytes came; `what` is the thing in a sentence, `setting` what raises the
/// limit. `MalformedRequest` when the connection broke.
pub async fn read_bounded(body: Body, limit: usize, what: &str, setting: &str) -> Result<Bytes> {
    // What the caller announces is taken at its word up to the limit, so that a large body is not moved as it grows.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large(limit, what, setting));
    }
    let mut chunks = body.into_data_stream();
    let mut buffer = BytesMut::with_capacity(announced);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Error::malformed("The upload ended before it was complete. Send it again."))?;
        if buffer.len() + chunk.len() > limit {
            return Err(too_large(limit, what, setting));
        }
        buffer.extend_from_slice(&chunk);
    }
    Ok(buffer.freeze())
}

/// The refusal of what has more than `limit` bytes; `what` is the thing in a sentence, `setting` what raises the limit.
#[must_use]
pub fn too_large(limit: usize, what: &str, setting: &str) -> Error {
    Error::new(
        Code::TooLarge,
        format!(
            "{what} is larger than the {limit} bytes that this server accepts. Make it smaller, or ask the site's \
             administrator to raise the setting {setting}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fits_is_read_and_what_does_not_is_refused_with_the_setting() {
        let read = read_bounded(Body::from("12345"), 5, "The archive", "limits.x")
            .await
            .unwrap();
        assert_eq!(&read[..], b"12345");
        let refused = read_bounded(Body::from("123456"), 5, "The archive", "limits.x")
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::TooLarge);
        assert!(refused.detail().contains("limits.x"), "{}", refused.detail());
    }
}
