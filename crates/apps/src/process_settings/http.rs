//! Routes of what is said about processes.

use axum::http::{HeaderMap, Uri};
use axum::response::IntoResponse;
use slipway_api::app_processes::{AppAutoscale, AppProcessChanges, AppProcessSettings as Wire};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::apps;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_process_settings))
        .routes(routes!(get_app_process_settings, update_app_process_settings))
        .routes(routes!(set_app_autoscale, unset_app_autoscale))
}

fn resource(app: AppId, settings: Wire) -> Resource<Wire> {
    let path = format!("/api/v2/apps/{app}/process-settings/{}", settings.process);
    Resource::new(settings.process.clone(), settings).with_link("self", path)
}

/// List what is said about the processes of an app, by name.
#[utoipa::path(get, path = "/api/v2/apps/{app}/process-settings", operation_id = "list_app_process_settings", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_app_process_settings(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app: AppId = params.get("app")?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let all = service::list(&ctx, app).await?;
    let listed = Listed::of_all(all, &query.page, |settings| settings.process.clone());
    Ok(list(query.document(
        listed,
        |settings| settings.process.clone(),
        |settings| resource(app, settings),
    )))
}

/// Get what is said about a process of an app.
#[utoipa::path(get, path = "/api/v2/apps/{app}/process-settings/{process}", operation_id = "get_app_process_settings",
    tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = String, Path, description = "The process's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_process_settings(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let process: String = params.get("process")?;
    let (settings, version) = service::get(&ctx, &app, &process).await?;
    Ok(ok(resource(app.id, settings)).with_version(version))
}

/// Change what is said about the units of a process: their plan, labels and annotations. One deploy replaces them, unless the change is
/// staged.
#[utoipa::path(patch, path = "/api/v2/apps/{app}/process-settings/{process}", operation_id = "update_app_process_settings",
    tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = String, Path, description = "The process's name."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<AppProcessChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.update"])))]
async fn update_app_process_settings(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<AppProcessChanges>,
) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let process: String = params.get("process")?;
    require_unchanged(&headers, service::version(&ctx, &app, &process).await?)?;
    let settings = service::change(&ctx, &app, &process, body.attributes()?).await?;
    let version = service::version(&ctx, &app, &process).await?;
    Ok(ok(resource(app.id, settings)).with_version(version))
}

/// Have the cluster say how many units of a process run, by what they take: at once, and without replacing any. Pools on Kubernetes can.
#[utoipa::path(put, path = "/api/v2/apps/{app}/process-settings/{process}/autoscale", operation_id = "set_app_autoscale",
    tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = String, Path, description = "The process's name."),
    ),
    request_body = NewDocument<AppAutoscale>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.scale"])))]
async fn set_app_autoscale(ctx: Ctx, params: Params, body: Body<AppAutoscale>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let process: String = params.get("process")?;
    let settings = service::set_autoscale(&ctx, app.id, &process, body.attributes()?).await?;
    Ok(ok(resource(app.id, settings)))
}

/// Have people say again how many units of a process run: as many as there are at this moment, until somebody scales it.
#[utoipa::path(delete, path = "/api/v2/apps/{app}/process-settings/{process}/autoscale", operation_id = "unset_app_autoscale",
    tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = String, Path, description = "The process's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["app.scale"])))]
async fn unset_app_autoscale(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let process: String = params.get("process")?;
    let settings = service::unset_autoscale(&ctx, app.id, &process).await?;
    Ok(ok(resource(app.id, settings)))
}
