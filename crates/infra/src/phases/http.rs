//! Plans, applies and their logs over HTTP, in TFE's shapes.

use axum::body::{Body, Bytes};
use axum::http::{Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use serde_json::Value;
use slipway_api::ids::{ApplyId, LogId, PlanId, RunId};
use slipway_api::jsonapi::{Document, ErrorDocument, Resource};
use slipway_api::runs::Phase as Wire;
use slipway_kernel::http::{Known, ListQuery, Params, Routes, ok};
use slipway_kernel::{Ctx, Error, Result};
use utoipa_axum::routes;

use super::model::{Phase, PhaseKind};
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_plan))
        .routes(routes!(get_apply))
        .routes(routes!(get_plan_json))
        .routes(routes!(get_run_plan_json))
        .routes(routes!(get_plan_log))
        .routes(routes!(get_apply_log))
        .routes(routes!(stream_plan_log))
        .routes(routes!(stream_apply_log))
}

/// Get a plan.
#[utoipa::path(get, path = "/api/v2/plans/{plan}", operation_id = "get_plan", tag = "runs",
    params(("plan" = PlanId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(resource(service::plan(&ctx, params.get("plan")?).await?)))
}

/// Get an apply.
#[utoipa::path(get, path = "/api/v2/applies/{apply}", operation_id = "get_apply", tag = "runs",
    params(("apply" = ApplyId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_apply(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(resource(service::apply(&ctx, params.get("apply")?).await?)))
}

/// Get a plan in the engine's JSON form. Like a state it has every value in clear, also those that are only marked as
/// sensitive.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/json-output", operation_id = "get_plan_json", tag = "runs",
    params(("plan" = PlanId, Path)),
    responses((status = 200, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_plan_json(ctx: Ctx, params: Params) -> Result<Response> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    Ok(json(service::plan_json(&ctx, &phase).await?))
}

/// Get a run's plan in the engine's JSON form.
#[utoipa::path(get, path = "/api/v2/runs/{run}/plan/json-output", operation_id = "get_run_plan_json", tag = "runs",
    params(("run" = RunId, Path)),
    responses((status = 200, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_run_plan_json(ctx: Ctx, params: Params) -> Result<Response> {
    let phase = service::of_run(&ctx, params.get("run")?, PhaseKind::Plan).await?;
    Ok(json(service::plan_json(&ctx, &phase).await?))
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
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

/// Follow a plan's log as server-sent events: `log` with a JSON string of text, its id the offset after it; then `end`.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/log/stream", operation_id = "stream_plan_log", tag = "runs",
    params(("plan" = PlanId, Path), ("offset" = Option<u64>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_plan_log(ctx: Ctx, params: Params, uri: Uri, headers: axum::http::HeaderMap) -> Result<Response> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    Ok(stream(&ctx, phase.log_id, start(&uri, &headers)?))
}

/// Follow an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log/stream", operation_id = "stream_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("offset" = Option<u64>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_apply_log(ctx: Ctx, params: Params, uri: Uri, headers: axum::http::HeaderMap) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    Ok(stream(&ctx, phase.log_id, start(&uri, &headers)?))
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
fn start(uri: &Uri, headers: &axum::http::HeaderMap) -> Result<u64> {
    let resumed = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    match resumed {
        Some(offset) => Ok(offset),
        None => range(uri).map(|(offset, _)| offset),
    }
}

fn stream(ctx: &Ctx, log: LogId, offset: u64) -> Response {
    let chunks = ctx.logs.follow(ctx, log, offset);
    Sse::new(text_events(chunks, offset))
        .keep_alive(KeepAlive::default())
        .into_response()
}

/// Chunks as events. A character that a chunk's border cuts waits for its other half.
fn text_events(
    chunks: impl Stream<Item = Result<Bytes>> + Send + 'static,
    offset: u64,
) -> impl Stream<Item = Result<Event, Error>> + Send + 'static {
    let state = (Box::pin(chunks), Vec::new(), offset, false);
    futures::stream::unfold(state, |(mut chunks, mut held, mut offset, ended)| async move {
        if ended {
            return None;
        }
        let (event, ended) = match chunks.next().await {
            Some(Ok(bytes)) => {
                held.extend_from_slice(&bytes);
                let whole = whole_characters(&held);
                let text = String::from_utf8_lossy(held.get(..whole).unwrap_or_default()).into_owned();
                held.drain(..whole);
                offset += u64::try_from(whole).unwrap_or(0);
                (log_event(&text, offset), false)
            }
            Some(Err(error)) => (Err(error), true),
            None => (
                Ok(Event::default().event("end").id(offset.to_string()).data("{}")),
                true,
            ),
        };
        Some((event, (chunks, held, offset, ended)))
    })
}

fn log_event(text: &str, offset: u64) -> Result<Event, Error> {
    Event::default()
        .event("log")
        .id(offset.to_string())
        .json_data(text)
        .map_err(Error::internal)
}

/// How many of the bytes are whole characters: all but an unfinished one at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

/// The phases of a run that `include` asks for.
pub(crate) async fn included(ctx: &Ctx, run: RunId, includes: &[String]) -> Result<Vec<Value>> {
    let mut included = Vec::new();
    for (name, kind) in [("plan", PhaseKind::Plan), ("apply", PhaseKind::Apply)] {
        if includes.iter().any(|include| include == name) {
            let phase = super::store::of_run(ctx.db.reader(), run, kind).await?;
            included.push(serde_json::to_value(resource(phase)).map_err(Error::internal)?);
        }
    }
    Ok(included)
}

fn resource(phase: Phase) -> Resource<Wire> {
    let (kind, path) = match phase.kind {
        PhaseKind::Plan => ("plans", "plans"),
        PhaseKind::Apply => ("applies", "applies"),
    };
    let counts = phase.report.counts;
    let attributes = Wire {
        status: phase.status,
        log_read_url: format!("/api/v2/{path}/{}/log", phase.id),
        resource_additions: counts.add,
        resource_changes: counts.change,
        resource_destructions: counts.destroy,
        resource_imports: counts.import,
        has_changes: counts.has_changes(),
        diagnostics: phase.report.diagnostics,
        status_timestamps: phase.status_times.0,
    };
    let mut resource = Resource::new(&phase.id, attributes);
    resource.kind = kind.to_owned();
    if phase.kind == PhaseKind::Plan {
        resource = resource.with_link("json-output", format!("/api/v2/plans/{}/json-output", phase.id));
    }
    resource.with("run", "runs", phase.run_id)
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
