//! Routes of binds.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::binds::{AppBind as Wire, NewAppBind};
use slipway_api::ids::{AppId, BindId};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::{Ctx, Error, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service;
use crate::apps;
use crate::permissions::APP_ENV_READ;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list_app_binds, create_app_bind))
        .routes(routes!(get_app_bind, delete_app_bind))
}

/// List what an app is bound to, the oldest bind first, without any value.
#[utoipa::path(get, path = "/api/v2/apps/{app}/binds", operation_id = "list_app_binds", tag = "binds",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.env.read"])))]
async fn list_app_binds(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = service::list(&ctx, params.get("app")?).await?;
    let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let from = usize::try_from(query.page.offset()).unwrap_or(usize::MAX);
    let is_behind = |row: &Resource<Wire>| query.page.after.as_ref().is_none_or(|after| row.id > *after);
    let listed = Listed {
        rows: rows.into_iter().filter(is_behind).skip(from).collect(),
        total,
    };
    Ok(list(query.document(listed, |bind| bind.id.clone(), |bind| bind)))
}

/// Bind an app to a service instance, a resource or a workspace: outputs of it are variables of the app from now on, and follow when
/// they change. The units see them by one deploy, unless the bind is staged.
#[utoipa::path(post, path = "/api/v2/apps/{app}/binds", operation_id = "create_app_bind", tag = "binds",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewAppBind>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.env.update"])))]
async fn create_app_bind(ctx: Ctx, params: Params, body: Body<NewAppBind>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let bind = service::create(&ctx, app.id, body.attributes()?).await?;
    let shown = service::shown(&ctx, &app, vec![bind]).await?.pop();
    Ok(created(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Get a bind.
#[utoipa::path(get, path = "/api/v2/app-binds/{bind}", operation_id = "get_app_bind", tag = "binds",
    params(("bind" = BindId, Path, description = "The bind's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.env.read"])))]
async fn get_app_bind(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (bind, app) = service::load(&ctx, params.get("bind")?, APP_ENV_READ).await?;
    let shown = service::shown(&ctx, &app, vec![bind]).await?.pop();
    Ok(ok(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Unbind: the variables that a bind gave are taken away. The units see that by one deploy, unless it is staged.
#[utoipa::path(delete, path = "/api/v2/app-binds/{bind}", operation_id = "delete_app_bind", tag = "binds",
    params(
        ("bind" = BindId, Path, description = "The bind's id."),
        ("staged" = Option<bool>, Query,
            description = "Whether units run on with what they have, until the next deploy or restart."),
    ),
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.env.update"])))]
async fn delete_app_bind(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let known = Known {
        filters: &["staged"],
        ..Known::default()
    };
    let is_staged = ListQuery::parse(&uri, known)?.parsed_filter("staged")?;
    service::delete(&ctx, params.get("bind")?, is_staged.unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}
