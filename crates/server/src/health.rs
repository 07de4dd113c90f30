//! Whether the server lives, whether it can work, what it counts, and what clients may find here.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use slipway_kernel::db::ping;
use slipway_kernel::http::{App, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

/// Routes without authentication.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/readyz", get(is_ready))
        .route("/metrics", get(metrics))
        .route("/.well-known/terraform.json", get(discovery))
}

/// Routes of the API.
pub fn api_routes() -> Routes {
    Routes::new().routes(routes!(ping_api))
}

/// The process answers.
pub async fn is_alive() -> &'static str {
    "ok\n"
}

/// The database answers too.
async fn is_ready(State(kernel): State<App>) -> Result<&'static str> {
    ping(&kernel.db).await?;
    Ok("ready\n")
}

/// What the server counts, for Prometheus. It has no names and no secrets in it.
async fn metrics(State(kernel): State<App>) -> Result<Response> {
    let text = kernel.metrics.render(&Ctx::system(&kernel)).await?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Which of Terraform's protocols are spoken here, and where.
async fn discovery() -> Response {
    let document = serde_json::json!({
        "tfe.v2": "/api/v2/",
        "tfe.v2.1": "/api/v2/",
        "tfe.v2.2": "/api/v2/",
        "state.v2": "/api/v2/",
    });
    ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

/// Answer nothing, with the API's version: clients ask this first.
#[utoipa::path(get, path = "/api/v2/ping", operation_id = "ping", tag = "server", responses((status = 204)))]
async fn ping_api() -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    headers.insert("tfp-api-version", HeaderValue::from_static("2.6"));
    headers.insert("tfp-appname", HeaderValue::from_static("Slipway"));
    (StatusCode::NO_CONTENT, headers)
}
