//! Logs over HTTP: by bytes as in TFE, by lines, as a stream, and searched.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::BoxStream;
use slipway_api::ids::{ApplyId, LogId, PlanId};
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::log_lines::{LogLines, LogMatches, NumberedText};
use slipway_kernel::http::{Known, ListQuery, Params, Routes};
use slipway_kernel::logs::{Lines, LogSearch};
use slipway_kernel::{Ctx, Error, Result};
use utoipa_axum::routes;

use crate::phases::model::Phase;
use crate::phases::service;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_plan_log))
        .routes(routes!(get_apply_log))
        .routes(routes!(get_plan_log_lines))
        .routes(routes!(get_apply_log_lines))
        .routes(routes!(search_plan_log))
        .routes(routes!(search_apply_log))
        .routes(routes!(stream_plan_log))
        .routes(routes!(stream_apply_log))
}

/// Read a part of a plan's log: TFE's protocol, in which the stream starts with STX and ends with ETX.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/log", operation_id = "get_plan_log", tag = "runs",
    params(("plan" = PlanId, Path), ("offset" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    framed(&ctx, &phase, &uri).await
}

/// Read a part of an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log", operation_id = "get_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("offset" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_apply_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    framed(&ctx, &phase, &uri).await
}

/// Read lines of a plan's log: `last=500`, or `first=1001` and `count=500` (5,000 at most, and about a megabyte).
#[utoipa::path(get, path = "/api/v2/plans/{plan}/log/lines", operation_id = "get_plan_log_lines", tag = "runs",
    params(("plan" = PlanId, Path), ("last" = Option<u64>, Query), ("first" = Option<u64>, Query),
        ("count" = Option<u64>, Query)),
    responses((status = 200, body = LogLines), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan_log_lines(ctx: Ctx, params: Params, uri: Uri) -> Result<Json<LogLines>> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    lines(&ctx, &phase, &uri).await
}

/// Read lines of an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log/lines", operation_id = "get_apply_log_lines", tag = "runs",
    params(("apply" = ApplyId, Path), ("last" = Option<u64>, Query), ("first" = Option<u64>, Query),
        ("count" = Option<u64>, Query)),
    responses((status = 200, body = LogLines), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_apply_log_lines(ctx: Ctx, params: Params, uri: Uri) -> Result<Json<LogLines>> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    lines(&ctx, &phase, &uri).await
}

/// Find the lines of a plan's log that have a text, literally and without regard to colours. `first` says where to begin;
/// at most `limit` numbers are given (10,000), and all are counted.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/log/search", operation_id = "search_plan_log", tag = "runs",
    params(("plan" = PlanId, Path), ("query" = String, Query), ("ignore-case" = Option<bool>, Query),
        ("first" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = LogMatches), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn search_plan_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Json<LogMatches>> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    search(&ctx, &phase, &uri).await
}

/// Find the lines of an apply's log that have a text, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log/search", operation_id = "search_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("query" = String, Query), ("ignore-case" = Option<bool>, Query),
        ("first" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = LogMatches), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn search_apply_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Json<LogMatches>> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    search(&ctx, &phase, &uri).await
}

/// Lines in one answer when the caller does not say.
const USUAL_LINES: u64 = 500;

async fn lines(ctx: &Ctx, phase: &Phase, uri: &Uri) -> Result<Json<LogLines>> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["last", "first", "count"],
            ..Known::default()
        },
    )?;
    let first = query.parsed_filter("first")?;
    let wanted = match (query.parsed_filter("last")?, first) {
        (Some(last), None) => Lines::Last(last),
        (None, Some(first)) => Lines::From(first, query.parsed_filter("count")?.unwrap_or(USUAL_LINES)),
        (None, None) => Lines::Last(USUAL_LINES),
        (Some(_), Some(_)) => {
            let detail = "Say either ?last=500 or ?first=1001&count=500.";
            return Err(Error::malformed_parameter("last", detail));
        }
    };
    let found = ctx.logs.lines(ctx, phase.log_id, wanted).await?;
    Ok(Json(LogLines {
        total_lines: found.total,
        first_line: found.first,
        lines: found.lines,
        cut_lines: found.cut,
        offset: found.offset,
        end_offset: found.end_offset,
        is_complete: found.is_complete,
    }))
}

async fn search(ctx: &Ctx, phase: &Phase, uri: &Uri) -> Result<Json<LogMatches>> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["query", "ignore-case", "first", "limit"],
            ..Known::default()
        },
    )?;
    let wanted = LogSearch {
        text: query.filter("query").unwrap_or_default().to_owned(),
        ignores_case: query.parsed_filter("ignore-case")?.unwrap_or(false),
        first: query.parsed_filter("first")?.unwrap_or(1),
        limit: query.parsed_filter("limit")?.unwrap_or(usize::MAX),
    };
    let found = ctx.logs.search(ctx, phase.log_id, &wanted).await?;
    Ok(Json(LogMatches {
        lines: found.lines,
        total: found.total,
        searched_lines: found.searched,
        is_complete: found.is_complete,
    }))
}

/// Follow a plan's log as server-sent events: `log` with a JSON string of text, its id the offset after it; then `end`. With
/// `numbered=true` the data is an object with `text` and the number of the `line` that its first character is in.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/log/stream", operation_id = "stream_plan_log", tag = "runs",
    params(("plan" = PlanId, Path), ("offset" = Option<u64>, Query), ("numbered" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_plan_log(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    stream(&ctx, phase.log_id, &uri, &headers).await
}

/// Follow an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log/stream", operation_id = "stream_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("offset" = Option<u64>, Query), ("numbered" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_apply_log(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    stream(&ctx, phase.log_id, &uri, &headers).await
}

const STX: &[u8] = b"\x02";
const ETX: &[u8] = b"\x03";
/// Bytes in one answer when the caller does not say; also the most.
const LONGEST_PART: usize = 1 << 20;

/// A part of the log in TFE's frame: offset 0 is STX, the byte after the last is ETX.
async fn framed(ctx: &Ctx, phase: &Phase, uri: &Uri) -> Result<Response> {
    let (offset, limit) = range(uri)?;
    let mut body = Vec::new();
    if offset == 0 {
        body.extend_from_slice(STX);
    }
    let room = limit.saturating_sub(body.len());
    let part = ctx.logs.read(ctx, phase.log_id, offset.saturating_sub(1), room).await?;
    let is_complete = part.is_end && phase.is_final();
    // A reader who comes back with the offset after ETX gets nothing, and knows that it is the end.
    let is_past_end = is_complete && offset.saturating_sub(1) > stored_bytes(ctx, phase.log_id).await?;
    body.extend_from_slice(&part.bytes);
    if is_complete && !is_past_end && body.len() < limit {
        body.extend_from_slice(ETX);
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from(body)).into_response())
}

async fn stored_bytes(ctx: &Ctx, log: LogId) -> Result<u64> {
    let stored = slipway_kernel::logs::get(ctx.db.reader(), log).await?.stored_bytes;
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
pub(super) fn start(headers: &HeaderMap, asked: Option<u64>) -> u64 {
    let resumed = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    resumed.or(asked).unwrap_or(0)
}

async fn stream(ctx: &Ctx, log: LogId, uri: &Uri, headers: &HeaderMap) -> Result<Response> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["offset", "limit", "numbered"],
            ..Known::default()
        },
    )?;
    let offset = start(headers, query.parsed_filter("offset")?);
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
