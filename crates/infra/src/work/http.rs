//! The runner protocol over HTTP: plain JSON and bytes.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use slipway_api::ids::{RunnerId, WorkItemId};
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::runner::{
    Accepted, Claim, ClaimRequest, Completion, Heartbeat, HeartbeatAnswer, Registered, Registration, WorkContext,
    WorkIdentity,
};
use slipway_kernel::http::{App, Known, ListQuery, Params, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::service::{self, Stream};
use crate::plan_changes;

/// This protocol's routes; the general limit of bodies holds where a runner brings nothing large.
pub(crate) fn routes(limits: &slipway_kernel::settings::Limits) -> Routes {
    let small = Routes::new()
        .routes(routes!(register_runner))
        .routes(routes!(claim_work))
        .routes(routes!(unregister_runner))
        .routes(routes!(get_work_context))
        .routes(routes!(get_work_identity))
        .routes(routes!(get_work_configuration))
        .routes(routes!(heartbeat_work))
        .routes(routes!(complete_work));
    let large = Routes::new()
        .routes(routes!(get_work_plan, put_work_plan))
        .routes(routes!(get_work_state, put_work_state))
        .routes(routes!(put_work_plan_json))
        .routes(routes!(put_work_plan_changes))
        .routes(routes!(put_work_plan_change_pack))
        .routes(routes!(put_work_log))
        .routes(routes!(put_work_events));
    // What a run produced is never dropped for its size: plans and states may be as large as memory allows.
    small.merge(large.layer(DefaultBodyLimit::max(limits.plan_bytes)))
}

/// The item whose token the caller has. It stands before the body of what may be large, so that nobody else can fill the
/// server's memory.
struct Own(WorkItemId);

impl FromRequestParts<App> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, app).await?;
        let id = Params::from_request_parts(parts, app).await?.get("work_item")?;
        service::require_own(&ctx, id)?;
        Ok(Self(id))
    }
}

/// A runner says that it is there.
#[utoipa::path(post, path = "/api/v2/runners", operation_id = "register_runner", tag = "runner protocol",
    request_body = Registration,
    responses((status = 200, body = Registered), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["runner"])))]
async fn register_runner(ctx: Ctx, body: Bytes) -> Result<Json<Registered>> {
    Ok(Json(service::register(&ctx, parse(&body)?).await?))
}

/// Wait for an item of the runner's pool and take it. 204 when there was none in the time.
#[utoipa::path(post, path = "/api/v2/runners/{runner}/claim", operation_id = "claim_work", tag = "runner protocol",
    params(("runner" = RunnerId, Path)), request_body = ClaimRequest,
    responses((status = 200, body = Claim), (status = 204), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["runner"])))]
async fn claim_work(ctx: Ctx, params: Params, body: Bytes) -> Result<Response> {
    let claim = service::claim(&ctx, params.get("runner")?, &parse(&body)?).await?;
    Ok(match claim {
        Some(claim) => Json(claim).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// A runner says goodbye.
#[utoipa::path(delete, path = "/api/v2/runners/{runner}", operation_id = "unregister_runner", tag = "runner protocol",
    params(("runner" = RunnerId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["runner"])))]
async fn unregister_runner(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::goodbye(&ctx, params.get("runner")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to do for a claimed item; the claim itself has the same.
#[utoipa::path(get, path = "/api/v2/work/{work_item}/context", operation_id = "get_work_context",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)),
    responses((status = 200, body = WorkContext), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn get_work_context(ctx: Ctx, params: Params) -> Result<Json<WorkContext>> {
    Ok(Json(service::context(&ctx, params.get("work_item")?).await?))
}

/// What proves to clouds which run this is, made anew; null where the run's variables ask for nothing.
#[utoipa::path(get, path = "/api/v2/work/{work_item}/identity", operation_id = "get_work_identity",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)),
    responses((status = 200, body = Option<WorkIdentity>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn get_work_identity(ctx: Ctx, params: Params) -> Result<Json<Option<WorkIdentity>>> {
    Ok(Json(service::identity(&ctx, params.get("work_item")?).await?))
}

/// The configuration's archive (gzipped tar).
#[utoipa::path(get, path = "/api/v2/work/{work_item}/configuration", operation_id = "get_work_configuration",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn get_work_configuration(ctx: Ctx, params: Params) -> Result<Response> {
    Ok(octets(service::configuration(&ctx, params.get("work_item")?).await?))
}

/// The workspace's current state.
#[utoipa::path(get, path = "/api/v2/work/{work_item}/state", operation_id = "get_work_state", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn get_work_state(ctx: Ctx, params: Params) -> Result<Response> {
    Ok(octets(service::state(&ctx, params.get("work_item")?).await?))
}

/// Bring a state that the engine wrote. From a runner that lost the item it is kept as evidence, and the answer says so.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/state", operation_id = "put_work_state", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200), (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_state(ctx: Ctx, Own(id): Own, body: Bytes) -> Result<Response> {
    let is_current = service::store_state(&ctx, id, body).await?;
    let mut response = StatusCode::OK.into_response();
    if !is_current {
        response
            .headers_mut()
            .insert("slipway-kept-as", header::HeaderValue::from_static("evidence"));
    }
    Ok(response)
}

/// The bundle of the plan to apply.
#[utoipa::path(get, path = "/api/v2/work/{work_item}/plan", operation_id = "get_work_plan", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn get_work_plan(ctx: Ctx, params: Params) -> Result<Response> {
    Ok(octets(service::plan(&ctx, params.get("work_item")?).await?))
}

/// Bring the bundle of a plan.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/plan", operation_id = "put_work_plan", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_plan(ctx: Ctx, Own(id): Own, body: Bytes) -> Result<StatusCode> {
    service::store_plan(&ctx, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring the JSON form of a plan.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/plan-json", operation_id = "put_work_plan_json",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_plan_json(ctx: Ctx, Own(id): Own, body: Bytes) -> Result<StatusCode> {
    service::store_plan_json(&ctx, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring the index of a plan's changes (gzipped JSON), after the details of all of them. The same again is a success.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/plan-changes", operation_id = "put_work_plan_changes",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument), (status = 413, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_plan_changes(ctx: Ctx, Own(id): Own, body: Bytes) -> Result<StatusCode> {
    plan_changes::service::store_index(&ctx, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring the details of a plan's changes from one number on: gzipped lines of JSON. The same again is a success.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/plan-changes/{first}", operation_id = "put_work_plan_change_pack",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path), ("first" = u32, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument), (status = 413, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_plan_change_pack(ctx: Ctx, Own(id): Own, params: Params, body: Bytes) -> Result<StatusCode> {
    plan_changes::service::store_pack(&ctx, id, params.get("first")?, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring bytes of the log at an offset. The same again is a success; a gap is refused with `meta.expected`.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/log", operation_id = "put_work_log", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path), ("offset" = u64, Query)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Accepted), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_log(ctx: Ctx, Own(id): Own, uri: Uri, body: Bytes) -> Result<Json<Accepted>> {
    let accepted = service::append(&ctx, id, Stream::Log, offset(&uri)?, body).await?;
    Ok(Json(accepted))
}

/// Bring bytes of the engine's events (JSON lines) at an offset, like the log.
#[utoipa::path(put, path = "/api/v2/work/{work_item}/events", operation_id = "put_work_events", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path), ("offset" = u64, Query)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Accepted), (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn put_work_events(ctx: Ctx, Own(id): Own, uri: Uri, body: Bytes) -> Result<Json<Accepted>> {
    let accepted = service::append(&ctx, id, Stream::Events, offset(&uri)?, body).await?;
    Ok(Json(accepted))
}

/// Still here; the answer says whether to go on.
#[utoipa::path(post, path = "/api/v2/work/{work_item}/heartbeat", operation_id = "heartbeat_work",
    tag = "runner protocol", params(("work_item" = WorkItemId, Path)), request_body = Heartbeat,
    responses((status = 200, body = HeartbeatAnswer), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn heartbeat_work(ctx: Ctx, params: Params, body: Bytes) -> Result<Json<HeartbeatAnswer>> {
    Ok(Json(
        service::heartbeat(&ctx, params.get("work_item")?, &parse(&body)?).await?,
    ))
}

/// The end of an item. Repeating it is a success.
#[utoipa::path(post, path = "/api/v2/work/{work_item}/complete", operation_id = "complete_work", tag = "runner protocol",
    params(("work_item" = WorkItemId, Path)), request_body = Completion,
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument)),
    security(("token" = ["run"])))]
async fn complete_work(ctx: Ctx, params: Params, body: Bytes) -> Result<StatusCode> {
    service::complete(&ctx, params.get("work_item")?, parse(&body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn octets(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
}

fn offset(uri: &Uri) -> Result<u64> {
    let query = ListQuery::parse(
        uri,
        Known {
            filters: &["offset"],
            ..Known::default()
        },
    )?;
    query
        .parsed_filter("offset")?
        .ok_or_else(|| Error::malformed_parameter("offset", "Say at which offset the bytes belong: ?offset=0."))
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| Error::malformed(format!("The body cannot be read: {error}.")))
}
