//! Routes of quotas.

use axum::response::IntoResponse;
use slipway_api::app_quotas::{AppQuota as Wire, AppQuotaChanges};
use slipway_api::ids::{AppId, ProjectId};
use slipway_api::{Document, ErrorDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Limited};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_organization_app_quota, set_organization_app_quota))
        .routes(routes!(get_project_app_quota, set_project_app_quota))
        .routes(routes!(get_app_quota, set_app_quota))
}

/// Get how many apps and units an organization may have, and has.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/app-quota", operation_id = "get_organization_app_quota",
    tag = "apps",
    params(("organization" = Name, Path, description = "The organization's name.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_organization_app_quota(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let limited = Limited::organization(&ctx, &params.get("organization")?).await?;
    shown(&ctx, &limited).await
}

/// Say how many apps and units an organization may have: for site administrators.
#[utoipa::path(patch, path = "/api/v2/organizations/{organization}/app-quota", operation_id = "set_organization_app_quota",
    tag = "apps",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<AppQuotaChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn set_organization_app_quota(
    ctx: Ctx,
    params: Params,
    body: Body<AppQuotaChanges>,
) -> Result<impl IntoResponse> {
    let limited = Limited::organization(&ctx, &params.get("organization")?).await?;
    set(&ctx, &limited, &body.attributes()?).await
}

/// Get how many apps and units a project may have, and has.
#[utoipa::path(get, path = "/api/v2/projects/{project}/app-quota", operation_id = "get_project_app_quota", tag = "apps",
    params(("project" = ProjectId, Path, description = "The project's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_project_app_quota(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let limited = Limited::project(&ctx, params.get("project")?).await?;
    shown(&ctx, &limited).await
}

/// Say how many apps and units a project may have: for who administers its organization.
#[utoipa::path(patch, path = "/api/v2/projects/{project}/app-quota", operation_id = "set_project_app_quota", tag = "apps",
    params(("project" = ProjectId, Path, description = "The project's id.")),
    request_body = NewDocument<AppQuotaChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app-quota.manage"])))]
async fn set_project_app_quota(ctx: Ctx, params: Params, body: Body<AppQuotaChanges>) -> Result<impl IntoResponse> {
    let limited = Limited::project(&ctx, params.get("project")?).await?;
    set(&ctx, &limited, &body.attributes()?).await
}

/// Get how many units an app may have, and has.
#[utoipa::path(get, path = "/api/v2/apps/{app}/quota", operation_id = "get_app_quota", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_quota(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let limited = Limited::app(&ctx, params.get("app")?).await?;
    shown(&ctx, &limited).await
}

/// Say how many units an app may have: for who administers its project.
#[utoipa::path(patch, path = "/api/v2/apps/{app}/quota", operation_id = "set_app_quota", tag = "apps",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<AppQuotaChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app-quota.manage"])))]
async fn set_app_quota(ctx: Ctx, params: Params, body: Body<AppQuotaChanges>) -> Result<impl IntoResponse> {
    let limited = Limited::app(&ctx, params.get("app")?).await?;
    set(&ctx, &limited, &body.attributes()?).await
}

async fn shown(ctx: &Ctx, limited: &Limited) -> Result<impl IntoResponse + use<>> {
    let quota = service::get(ctx, limited).await?;
    Ok(ok(Resource::new(limited.id(), quota)))
}

async fn set(ctx: &Ctx, limited: &Limited, changes: &AppQuotaChanges) -> Result<impl IntoResponse + use<>> {
    let quota = service::set(ctx, limited, changes).await?;
    Ok(ok(Resource::new(limited.id(), quota)))
}
