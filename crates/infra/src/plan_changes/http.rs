//! What a plan changes, over HTTP: plain JSON, stored compressed.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use slipway_api::ids::PlanId;
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::plan_changes::{PlanChange, PlanChanges};
use slipway_kernel::http::{Params, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::phases;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_plan_changes))
        .routes(routes!(get_plan_change))
}

/// List what a plan changes: all changes, riskiest first, as columns. No sensitive value is in it. Its `ETag` stays the
/// same once the plan is finished; `changes-available` of the plan says whether it is there.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/changes", operation_id = "get_plan_changes", tag = "runs",
    params(("plan" = PlanId, Path)),
    responses((status = 200, content_type = "application/json", body = PlanChanges), (status = 304),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan_changes(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<Response> {
    let phase = phases::service::plan(&ctx, params.get("plan")?).await?;
    if is_known(&headers, &service::tag(&phase)?) {
        return Ok(unchanged(&service::tag(&phase)?));
    }
    let found = service::index(&ctx, &phase).await?;
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|word| word.trim().starts_with("gzip")));
    if !takes_gzip {
        return Ok(json(service::unpacked(found.packed).await?, &found.tag));
    }
    let mut response = json(found.packed, &found.tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Ok(response)
}

/// Get one change of a plan by its number, attribute by attribute. No sensitive value is in it.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/changes/{number}", operation_id = "get_plan_change", tag = "runs",
    params(("plan" = PlanId, Path), ("number" = u32, Path)),
    responses((status = 200, content_type = "application/json", body = PlanChange), (status = 304),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan_change(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<Response> {
    let phase = phases::service::plan(&ctx, params.get("plan")?).await?;
    let number: u32 = params.get("number")?;
    let tag = format!("{}-{number}", service::tag(&phase)?);
    if is_known(&headers, &tag) {
        return Ok(unchanged(&tag));
    }
    Ok(json(service::details(&ctx, &phase, number).await?, &tag))
}

fn json(bytes: Bytes, tag: &str) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    keep(response.headers_mut(), tag);
    response
}

fn unchanged(tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    keep(response.headers_mut(), tag);
    response
}

/// May be kept by the caller's own browser, who asks each time whether it still may see it.
fn keep(headers: &mut HeaderMap, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_it = |known: &str| known.trim().trim_start_matches("W/").trim_matches('"') == tag;
    known.is_some_and(|known| known.split(',').any(is_it))
}
