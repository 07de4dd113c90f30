//! Routes of routers: those for people, and the one that routers themselves ask.

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use slipway_api::ids::AppRouterId;
use slipway_api::routers::{AppRouter as Wire, NewAppRouter};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::http::{App, Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use slipway_router::exchange;

use super::model::AppRouter;
use super::service;
use crate::running::routing;

/// Largest report of a router, in bytes: it has counts of every app.
const MOST_BYTES: usize = 16 << 20;

/// What routers ask, closed by each one's own token.
pub fn open_routes() -> Router<App> {
    Router::new()
        .route(&format!("/{}", exchange::PATH), post(give_table))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

async fn give_table(Extension(ctx): Extension<Ctx>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = said
        .and_then(|said| said.strip_prefix("Bearer "))
        .ok_or_else(unauthenticated)?;
    let router = service::recognise(&ctx, token.trim()).await?;
    let report =
        serde_json::from_slice(&body).map_err(|error| Error::malformed(format!("This is no report: {error}.")))?;
    Ok(match service::exchange(&ctx, &router, report).await? {
        Some(table) => Json(table).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_routers, create_app_router))
        .routes(routes!(delete_app_router))
}

/// List the routers that are processes of their own, with how they are; for administrators of the site.
#[utoipa::path(get, path = "/api/v2/admin/routers", operation_id = "list_app_routers", tag = "site",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn list_app_routers(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = Listed::of_all(service::list(&ctx).await?, &query.page, |router| {
        router.name.to_string()
    });
    Ok(list(query.document(
        listed,
        |router| router.name.to_string(),
        |router| resource(&ctx, router, None),
    )))
}

/// Make a router. The answer has its token, once.
#[utoipa::path(post, path = "/api/v2/admin/routers", operation_id = "create_app_router", tag = "site",
    request_body = NewDocument<NewAppRouter>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn create_app_router(ctx: Ctx, body: Body<NewAppRouter>) -> Result<impl IntoResponse> {
    let (router, token) = service::create(&ctx, body.attributes()?).await?;
    let token = token.expose_text()?.to_owned();
    Ok(created(resource(&ctx, router, Some(token))))
}

/// Delete a router: its token counts no more.
#[utoipa::path(delete, path = "/api/v2/admin/routers/{app_router}", operation_id = "delete_app_router", tag = "site",
    params(("app_router" = AppRouterId, Path, description = "The router's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn delete_app_router(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("app_router")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(ctx: &Ctx, router: AppRouter, token: Option<String>) -> Resource<Wire> {
    let newest = i64::try_from(routing::router(ctx).version()).unwrap_or(i64::MAX);
    let is_connected = router.is_connected(ctx.now());
    let attributes = Wire {
        is_connected,
        is_current: is_connected && router.table_version.is_some_and(|version| version >= newest),
        name: router.name,
        last_seen_at: router.last_seen_at,
        table_version: router.table_version,
        program: router.program,
        created_by: router.created_by,
        created_at: router.created_at,
        token,
    };
    Resource::new(router.id, attributes)
}
