//! Routes of the repository that an app is deployed from.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use slipway_api::app_repositories::{AppRepository as Wire, AppRepositorySettings};
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_connections::repositories::Repository;
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::AppRepository;
use super::service;
use crate::apps;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(
        get_app_repository,
        connect_app_repository,
        disconnect_app_repository
    ))
}

/// Get the repository that an app is deployed from.
#[utoipa::path(get, path = "/api/v2/apps/{app}/repository", operation_id = "get_app_repository", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_repository(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let (of_app, repository) = service::show(&ctx, &app).await?;
    Ok(ok(resource(of_app, repository)))
}

/// Connect an app to the repository that it is deployed from, or change how: all settings together.
#[utoipa::path(put, path = "/api/v2/apps/{app}/repository", operation_id = "connect_app_repository", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppRepositorySettings>,
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
    security(("token" = ["integration.use", "app.deploy"])))]
async fn connect_app_repository(
    ctx: Ctx,
    params: Params,
    body: Body<AppRepositorySettings>,
) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let (of_app, repository) = service::connect(&ctx, &app, &body.attributes()?).await?;
    Ok(ok(resource(of_app, repository)))
}

/// Disconnect an app from its repository: what runs goes on.
#[utoipa::path(delete, path = "/api/v2/apps/{app}/repository", operation_id = "disconnect_app_repository", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn disconnect_app_repository(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    service::disconnect(&ctx, &app).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(of_app: AppRepository, repository: Repository) -> Resource<Wire> {
    let branch = of_app.followed(repository.default_branch.as_deref());
    let attributes = Wire {
        branch: branch.unwrap_or_default().to_owned(),
        full_name: repository.full_name,
        web_url: repository.web_url,
        integration_id: repository.integration_id,
        directory: of_app.directory,
        deploys_on_push: of_app.deploys_on_push,
        dockerfile: of_app.dockerfile,
        platform: of_app.platform,
        commit: of_app.commit_sha,
        reason: of_app.reason,
        created_at: of_app.created_at,
        updated_at: of_app.updated_at,
    };
    Resource::new(of_app.app_id, attributes)
        .with_link("self", format!("/api/v2/apps/{}/repository", of_app.app_id))
        .with("repository", "repositories", of_app.repository_id)
}
