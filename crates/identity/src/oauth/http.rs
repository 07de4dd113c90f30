//! The addresses that clients ask, beside the pages that users see.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde_json::{Map, Value, json};
use slipway_kernel::http::App;
use slipway_kernel::{Ctx, Result};

use super::request::{COMMAND_LINE, Form, GrantError};
use super::service::{Granted, device, exchange, revoke, token};
use crate::links::base_url;
use crate::openid::Issuers;

/// The grant of a code.
const CODE: &str = "authorization_code";
/// The grant of a device's code.
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grant of another issuer's token.
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Bytes of the largest form.
const FORM_BYTES: usize = 64 << 10;

/// Everything here is asked by programs: whatever session a browser may bring counts for nothing.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(describe))
        .route("/oauth/token", post(give))
        .route("/oauth/device_authorization", post(begin_device))
        .route("/oauth/revoke", post(take_back))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(Extension(Arc::new(Issuers::default())))
}

/// What this authorization server can do (RFC 8414).
async fn describe(Extension(ctx): Extension<Ctx>) -> Json<Value> {
    let base = base_url(&ctx.settings.server);
    Json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "device_authorization_endpoint": format!("{base}/oauth/device_authorization"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE, DEVICE, EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn give(
    Extension(ctx): Extension<Ctx>,
    Extension(issuers): Extension<Arc<Issuers>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let granted = match form(&headers, &body) {
        Ok(form) => grant(&ctx, &issuers, &form).await,
        Err(error) => Err(error),
    };
    match granted {
        Ok(granted) => given(granted),
        Err(error) => refused(error),
    }
}

async fn grant(ctx: &Ctx, issuers: &Issuers, form: &Form) -> Result<Granted, GrantError> {
    match form.get("grant_type") {
        Some(CODE) => token::by_code(ctx, form).await,
        Some(DEVICE) => device::poll(ctx, form).await,
        Some(EXCHANGE) => exchange::by_token(ctx, issuers, form).await,
        _ => Err(GrantError::refused(
            "unsupported_grant_type",
            "The grant type is not supported; /.well-known/oauth-authorization-server lists those that are.",
        )),
    }
}

async fn begin_device(Extension(ctx): Extension<Ctx>, headers: HeaderMap, body: Bytes) -> Response {
    let begun = match form(&headers, &body) {
        Ok(form) => device::begin(&ctx, &form).await,
        Err(error) => Err(error),
    };
    let waiting = match begun {
        Ok(waiting) => waiting,
        Err(error) => return refused(error),
    };
    let Ok(device_code) = waiting.device_code.expose_text() else {
        return refused(GrantError::Failed(slipway_kernel::Error::internal(
            "a device code is no text",
        )));
    };
    let page = format!("{}/device", base_url(&ctx.settings.server));
    Json(json!({
        "device_code": device_code,
        "user_code": waiting.user_code.to_string(),
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={}", waiting.user_code),
        "expires_in": waiting.expires_in,
        "interval": waiting.interval,
    }))
    .into_response()
}

/// Answers alike whether there was such a token (RFC 7009, section 2.2).
async fn take_back(Extension(ctx): Extension<Ctx>, headers: HeaderMap, body: Bytes) -> Response {
    let form = match form(&headers, &body) {
        Ok(form) => form,
        Err(error) => return refused(error),
    };
    let Some(token) = form.get("token") else {
        return refused(GrantError::refused(
            "invalid_request",
            "The parameter token is missing.",
        ));
    };
    match revoke::revoke(&ctx, token).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    }
}

fn form(headers: &HeaderMap, body: &[u8]) -> Result<Form, GrantError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let read = if is_form { Form::parse(body) } else { None };
    let form = read.ok_or_else(|| {
        GrantError::refused(
            "invalid_request",
            "Send a form (application/x-www-form-urlencoded), each parameter once.",
        )
    })?;
    // Only ours has no secret to show; another one would be told that it has none with us.
    match form.get("client_id") {
        None | Some(COMMAND_LINE) => Ok(form),
        Some(_) => Err(GrantError::refused("invalid_client", "The client is not known.")),
    }
}

fn given(granted: Granted) -> Response {
    let Ok(text) = granted.access_token.expose_text() else {
        return refused(GrantError::Failed(slipway_kernel::Error::internal(
            "a token is no text",
        )));
    };
    let mut body = Map::new();
    body.insert("access_token".to_owned(), text.into());
    body.insert("token_type".to_owned(), "Bearer".into());
    if let Some(seconds) = granted.expires_in {
        body.insert("expires_in".to_owned(), seconds.into());
    }
    if let Some(kind) = granted.issued_token_type {
        body.insert("issued_token_type".to_owned(), kind.into());
    }
    Json(Value::Object(body)).into_response()
}

fn refused(error: GrantError) -> Response {
    let (error, description) = match error {
        GrantError::Refused(error, description) => (error, description),
        GrantError::Failed(error) => return error.into_response(),
    };
    let status = if error == "invalid_client" {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::BAD_REQUEST
    };
    (status, Json(json!({"error": error, "error_description": description}))).into_response()
}
