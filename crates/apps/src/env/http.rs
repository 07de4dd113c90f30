//! Routes of variables.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::apps::{AppEnv as Wire, AppEnvChange, AppEnvRecord, AppEnvRestore, AppEnvRestored};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::{history, service};
use crate::apps;
use crate::permissions::APP_ENV_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_app_env, update_app_env))
        .routes(routes!(list_app_env_changes))
        .routes(routes!(restore_app_env))
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

/// List the changes of an app's variables, the newest first: who changed which, and the values of those that nobody made private.
#[utoipa::path(get, path = "/api/v2/apps/{app}/env-changes", operation_id = "list_app_env_changes", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<AppEnvRecord>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.env.read"])))]
async fn list_app_env_changes(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = history::list(&ctx, &app, &query.page).await?;
    Ok(list(query.document(
        listed,
        |(_, record)| record.number.to_string(),
        |(id, record)| Resource::new(id, record),
    )))
}

/// Go back to the variables that people and tools had set after a former change. What binds give stays as it is now. Units are
/// exchanged for others that see them, by one deploy, unless it is staged.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/restore-env", operation_id = "restore_app_env", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppEnvRestore>,
    responses(
        (status = 200, body = Document<Resource<AppEnvRestored>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.env.update"])))]
async fn restore_app_env(ctx: Ctx, params: Params, body: Body<AppEnvRestore>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let restored = history::restore(&ctx, &app, body.attributes()?).await?;
    Ok(ok(Resource::new(app.id, restored)))
}
