//! Routes of what the router takes for an app.

use axum::response::IntoResponse;
use slipway_api::domains::{AppRouting as Wire, AppRoutingChanges};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::apps;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(get_app_routing, update_app_routing))
}

/// Get the hosts of an app, and what the router takes for them.
#[utoipa::path(get, path = "/api/v2/apps/{app}/routing", operation_id = "get_app_routing", tag = "domains",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_routing(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    Ok(ok(Resource::new(app.id, service::show(&ctx, &app).await?)))
}

/// Change what the router takes for an app, from the next request on.
#[utoipa::path(patch, path = "/api/v2/apps/{app}/routing", operation_id = "update_app_routing", tag = "domains",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppRoutingChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.update.routing"])))]
async fn update_app_routing(ctx: Ctx, params: Params, body: Body<AppRoutingChanges>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let routing = service::change(&ctx, &app, &body.attributes()?).await?;
    Ok(ok(Resource::new(app.id, routing)))
}
