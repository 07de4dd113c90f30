//! Bodies of requests that carry a state in base64: they have a limit of their own, checked while they come. Their routes switch
//! off the general limit.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use slipway_api::jsonapi::Attributes;
use slipway_kernel::http::{App, Body};
use slipway_kernel::{Ctx, Result};

use slipway_kernel::http::read_bounded;

/// Reads a document that carries a state. Whoever calls has asked whether the caller may send one.
///
/// # Errors
///
/// `TooLarge` as soon as more came than a state may have; those of the document.
pub async fn body_with_state<A: DeserializeOwned + Attributes>(
    ctx: &Ctx,
    app: &App,
    request: Request,
) -> Result<Body<A>> {
    // Base64 makes four bytes of three; the rest of the body is small.
    let limit = ctx.settings.limits.state_bytes / 3 * 4 + ctx.settings.limits.body_bytes;
    bounded(app, request, limit, ("The state", "limits.state-bytes")).await
}

/// The same of a document that may carry a state, from somebody who may bring none: it is as small as others.
///
/// # Errors
///
/// `TooLarge` as soon as more came than a body may have; those of the document.
pub async fn body_without_state<A: DeserializeOwned + Attributes>(
    ctx: &Ctx,
    app: &App,
    request: Request,
) -> Result<Body<A>> {
    let what = "A body from who may bring no state";
    bounded(
        app,
        request,
        ctx.settings.limits.body_bytes,
        (what, "limits.body-bytes"),
    )
    .await
}

async fn bounded<A: DeserializeOwned + Attributes>(
    app: &App,
    request: Request,
    limit: usize,
    (what, setting): (&str, &str),
) -> Result<Body<A>> {
    let (parts, body) = request.into_parts();
    let bytes = read_bounded(body, limit, what, setting).await?;
    let request = Request::from_parts(parts, axum::body::Body::from(bytes));
    Body::from_request(request, app).await
}
