//! Apps over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::apps::{App as Wire, AppChanges, AppScale, AppStatus, NewApp};
use slipway_api::ids::{AppId, PoolId, ProjectId};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::service;
use super::shown::{resources, shown};
use super::store::{Filter, Sort};
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_apps, create_app))
        .routes(routes!(get_app_by_name))
        .routes(routes!(get_app, update_app, delete_app))
        .routes(routes!(scale_app))
        .routes(routes!(stop_app))
        .routes(routes!(start_app))
}

const LIST: Known = Known {
    filters: &[
        "search[text]",
        "filter[label]",
        "filter[project][id]",
        "filter[pool][id]",
        "filter[status]",
    ],
    sorts: &["name", "created-at"],
    includes: &[],
};

/// List the apps of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/apps", operation_id = "list_apps", tag = "apps",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the description or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of this project."),
        ("filter[pool][id]" = Option<PoolId>, Query, description = "In this pool."),
        ("filter[status]" = Option<String>, Query,
            description = "`new`, `running`, `degraded`, `down`, `stopped` or `deleting`."),
        ("sort" = Option<String>, Query, description = "`name`, or `-created-at` for the newest first."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_apps(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, LIST)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        project: query.parsed_filter("filter[project][id]")?,
        pool: query.parsed_filter("filter[pool][id]")?,
        status: query.filter("filter[status]").map(status).transpose()?,
    };
    let sort = sort(&query)?;
    let listed = service::list(&ctx, &organization, &filter, (sort, &query.page)).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| sort.cursor(row)).collect();
    let total = listed.total;
    let rows = resources(&ctx, listed.rows).await?;
    let listed = Listed {
        rows: rows.into_iter().zip(cursors).collect(),
        total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

fn status(text: &str) -> Result<AppStatus> {
    serde_json::from_value(text.into()).map_err(|_| {
        let detail = "It is `new`, `running`, `degraded`, `down`, `stopped` or `deleting`.";
        Error::malformed_parameter("filter[status]", detail)
    })
}

fn sort(query: &ListQuery) -> Result<Sort> {
    match query.sort.as_ref().map(|(field, descends)| (field.as_str(), *descends)) {
        None | Some(("name", false)) => Ok(Sort::Name),
        Some(("created-at", true)) => Ok(Sort::Newest),
        Some(_) => Err(Error::malformed_parameter("sort", "It is `name` or `-created-at`.")),
    }
}

/// Create an app; nothing runs of it before its first deploy.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/apps", operation_id = "create_app", tag = "apps",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewApp>,
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
    security(("token" = ["app.create"])))]
async fn create_app(ctx: Ctx, params: Params, body: Body<NewApp>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let app = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = app.version;
    Ok(created(shown(&ctx, app).await?).with_version(version))
}

/// Get an app by its name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/apps/{name}", operation_id = "get_app_by_name", tag = "apps",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("name" = Name, Path, description = "The app's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_by_name(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let app = service::by_name(&ctx, &organization, &params.get("name")?).await?;
    let version = app.version;
    Ok(ok(shown(&ctx, app).await?).with_version(version))
}

/// Get an app.
#[utoipa::path(get, path = "/api/v2/apps/{app}", operation_id = "get_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = service::load(&ctx, params.get("app")?, APP_READ).await?;
    let version = app.version;
    Ok(ok(shown(&ctx, app).await?).with_version(version))
}

/// Change what is written about an app, or its plan, which counts from the next deploy or restart on.
#[utoipa::path(patch, path = "/api/v2/apps/{app}", operation_id = "update_app", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<AppChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.update"])))]
async fn update_app(ctx: Ctx, params: Params, headers: HeaderMap, body: Body<AppChanges>) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("app")?, APP_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let app = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = app.version;
    Ok(ok(shown(&ctx, app).await?).with_version(version))
}

/// Delete an app: its units are taken away, then it is gone with its versions, deploys and logs.
#[utoipa::path(delete, path = "/api/v2/apps/{app}", operation_id = "delete_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 202),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.delete"])))]
async fn delete_app(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("app")?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Have other numbers of units run; processes that are not named stay as they are.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/scale", operation_id = "scale_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppScale>,
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
async fn scale_app(ctx: Ctx, params: Params, body: Body<AppScale>) -> Result<impl IntoResponse> {
    let id = params.get("app")?;
    service::load(&ctx, id, APP_READ).await?;
    let app = service::scale(&ctx, id, &body.attributes()?.units).await?;
    let version = app.version;
    Ok(ok(shown(&ctx, app).await?).with_version(version))
}

/// Take all units of an app away until it is started again; nothing else of it changes.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/stop", operation_id = "stop_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["app.scale"])))]
async fn stop_app(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = service::stop(&ctx, params.get("app")?, true).await?;
    Ok(ok(shown(&ctx, app).await?))
}

/// Have the units of a stopped app run again.
#[utoipa::path(post, path = "/api/v2/apps/{app}/actions/start", operation_id = "start_app", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["app.scale"])))]
async fn start_app(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = service::stop(&ctx, params.get("app")?, false).await?;
    Ok(ok(shown(&ctx, app).await?))
}
