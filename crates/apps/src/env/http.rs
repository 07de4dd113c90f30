//! Routes of variables.

use axum::response::IntoResponse;
use slipway_api::apps::{AppEnv as Wire, AppEnvChange};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service;
use crate::apps;
use crate::permissions::APP_ENV_READ;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(get_app_env, update_app_env))
}

/// Get the variables of an app, without the values of those that are private.
#[utoipa::path(get, path = "/api/v2/apps/{app}/env", operation_id = "get_app_env", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.env.read"])))]
async fn get_app_env(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let env = service::show(&ctx, &app).await?;
    Ok(ok(Resource::new(app.id, env)))
}

/// Change variables of an app, all at once. Its units are exchanged for others that see them, by one deploy, unless the change is
/// staged.
#[utoipa::path(patch, path = "/api/v2/apps/{app}/env", operation_id = "update_app_env", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppEnvChange>,
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
    security(("token" = ["app.env.update"])))]
async fn update_app_env(ctx: Ctx, params: Params, body: Body<AppEnvChange>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let env = service::change(&ctx, &app, body.attributes()?).await?;
    Ok(ok(Resource::new(app.id, env)))
}
