//! Logs over HTTP: by bytes as in TFE, and as a stream.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use slipway_api::ids::LogId;
use slipway_api::log_lines::NumberedText;

use super::{Known, ListQuery};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

const STX: &[u8] = b"\x02";
const ETX: &[u8] = b"\x03";
/// Bytes in one answer when the caller does not say; also the most.
const LONGEST_PART: usize = 1 << 20;

/// A part of a log in TFE's frame: offset 0 is STX, the byte after the last is ETX, once nothing is written any more.
///
/// # Errors
///
/// `MalformedRequest` for a range that is none.
pub async fn framed_log(ctx: &Ctx, (log, is_final): (LogId, bool), uri: &Uri) -> Result<Response> {
    let (offset, limit) = range(uri)?;
    let mut body = Vec::new();
    if offset == 0 {
        body.extend_from_slice(STX);
    }
    let room = limit.saturating_sub(body.len());
    let part = ctx.logs.read(ctx, log, offset.saturating_sub(1), room).await?;
    let is_complete = part.is_end && is_final;
    // A reader who comes back with the offset after ETX gets nothing, and knows that it is the end.
    let is_past_end = is_complete && offset.saturating_sub(1) > stored_bytes(ctx, log).await?;
    body.extend_from_slice(&part.bytes);
    if is_complete && !is_past_end && body.len() < limit {
        body.extend_from_slice(ETX);
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from(body)).into_response())
}

async fn stored_bytes(ctx: &Ctx, log: LogId) -> Result<u64> {
    let stored = crate::logs::get(ctx.db.reader(), log).await?.stored_bytes;
    Ok(u64::try_from(stored).unwrap_or(0))
}

fn range(uri: &Uri) -> Result<(u64, usize)> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["offset", "limit"],
            ..Known::default()
        },
    )?;
    let limit = query
        .parsed_filter::<usize>("limit")?
        .unwrap_or(LONGEST_PART)
        .clamp(1, LONGEST_PART);
    Ok((query.parsed_filter("offset")?.unwrap_or(0), limit))
}

/// Where to start: after the last event that the reader saw, or at the offset asked for.
#[must_use]
pub fn log_start(headers: &HeaderMap, asked: Option<u64>) -> u64 {
    let resumed = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    resumed.or(asked).unwrap_or(0)
}

/// A log from an offset on as server-sent events: `log` with text, its id the offset after it; then `end`.
///
/// # Errors
///
/// `MalformedRequest` for a query that cannot be read.
pub async fn log_stream(ctx: &Ctx, log: LogId, uri: &Uri, headers: &HeaderMap) -> Result<Response> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["offset", "limit", "numbered"],
            ..Known::default()
        },
    )?;
    let offset = log_start(headers, query.parsed_filter("offset")?);
    let is_numbered = query.parsed_filter::<bool>("numbered")?.unwrap_or(false);
    let line = match is_numbered {
        true => Some(ctx.logs.line_at(ctx, log, offset).await?),
        false => None,
    };
    let chunks = ctx.logs.follow(ctx, log, offset);
    let texts = Texts {
        chunks: Box::pin(chunks),
        held: Vec::new(),
        offset,
        line,
        is_over: false,
    };
    Ok(Sse::new(futures::stream::unfold(texts, Texts::next))
        .keep_alive(KeepAlive::default())
        .into_response())
}

/// Chunks on their way to be events. A character that a chunk's border cuts waits for its other half.
struct Texts {
    chunks: BoxStream<'static, Result<Bytes>>,
    held: Vec<u8>,
    offset: u64,
    /// Number of the line that the next character is in, for readers who want to know.
    line: Option<u64>,
    is_over: bool,
}

impl Texts {
    async fn next(mut self) -> Option<(Result<Event, Error>, Self)> {
        if self.is_over {
            return None;
        }
        let event = match self.chunks.next().await {
            Some(Ok(bytes)) => self.event(&bytes),
            Some(Err(error)) => {
                self.is_over = true;
                Err(error)
            }
            None => {
                self.is_over = true;
                Ok(Event::default().event("end").id(self.offset.to_string()).data("{}"))
            }
        };
        Some((event, self))
    }

    fn event(&mut self, bytes: &[u8]) -> Result<Event, Error> {
        self.held.extend_from_slice(bytes);
        let whole = whole_characters(&self.held);
        let text = String::from_utf8_lossy(self.held.get(..whole).unwrap_or_default()).into_owned();
        self.held.drain(..whole);
        self.offset += u64::try_from(whole).unwrap_or(0);
        let event = Event::default().event("log").id(self.offset.to_string());
        let Some(line) = self.line else {
            return event.json_data(text).map_err(Error::internal);
        };
        let ends = text.bytes().filter(|byte| *byte == b'\n').count();
        self.line = Some(line + u64::try_from(ends).unwrap_or(0));
        event.json_data(NumberedText { line, text }).map_err(Error::internal)
    }
}

/// How many of the bytes are whole characters: all but an unfinished one at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_character_waits_and_broken_bytes_do_not() {
        let text = "añ".as_bytes();
        assert_eq!(whole_characters(text), 3);
        assert_eq!(whole_characters(&text[..2]), 1);
        assert_eq!(whole_characters(b"a\xff\xfeb"), 4);
    }
}
