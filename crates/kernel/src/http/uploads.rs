//! Bodies that are too large for the general limit, read into memory up to a limit of their own.

use std::pin::pin;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use slipway_api::Code;

use crate::errors::{Error, Result};

/// Reads the whole body.
///
/// # Errors
///
/// Those of [`bounded`].
pub async fn read_bounded(body: Body, limit: usize, what: &str, setting: &str) -> Result<Bytes> {
    // What the caller announces is taken at its word up to the limit, so that a large body is not moved as it grows.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut chunks = pin!(bounded(body, limit, what, setting));
    let mut buffer = BytesMut::with_capacity(announced.min(limit));
    while let Some(chunk) = chunks.next().await {
        buffer.extend_from_slice(&chunk?);
    }
    Ok(buffer.freeze())
}

/// The body as it comes.
///
/// # Errors
///
/// `TooLarge` as soon as more than `limit` bytes came or were announced; `what` is the thing in a sentence, `setting` what raises the
/// limit. `MalformedRequest` when the connection broke.
pub fn bounded(body: Body, limit: usize, what: &str, setting: &str) -> impl Stream<Item = Result<Bytes>> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut came = if announced > limit { announced } else { 0 };
    body.into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(|_| Error::malformed("The upload ended before it was complete. Send it again."))?;
        came = came.saturating_add(chunk.len());
        if came > limit {
            return Err(too_large(limit, what, setting));
        }
        Ok(chunk)
    })
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
