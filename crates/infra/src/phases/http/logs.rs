//! Logs over HTTP: by bytes as in TFE, by lines, as a stream, and searched.

use axum::Json;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use slipway_api::ids::{ApplyId, PlanId};
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::log_lines::{LogLines, LogMatches};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, framed_log, log_stream};
use slipway_kernel::logs::{Lines, LogSearch};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

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
    framed_log(&ctx, (phase.log_id, phase.is_final()), &uri).await
}

/// Read a part of an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log", operation_id = "get_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("offset" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_apply_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    framed_log(&ctx, (phase.log_id, phase.is_final()), &uri).await
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
    log_stream(&ctx, phase.log_id, &uri, &headers).await
}

/// Follow an apply's log, like a plan's.
#[utoipa::path(get, path = "/api/v2/applies/{apply}/log/stream", operation_id = "stream_apply_log", tag = "runs",
    params(("apply" = ApplyId, Path), ("offset" = Option<u64>, Query), ("numbered" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn stream_apply_log(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let phase = service::apply(&ctx, params.get("apply")?).await?;
    log_stream(&ctx, phase.log_id, &uri, &headers).await
}
