//! Routes that order resources, and ask for other ones.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use slipway_api::ids::ResourceId;
use slipway_api::resources::{
    CatalogResource as Wire, CatalogResourceChanges, NewCatalogResource, ResourceCheck, ResourceForm, ResourceRequest,
    ResourceRestoration,
};
use slipway_api::{Document, ErrorDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_infra::states::http::uploading::{body_with_state, body_without_state};
use slipway_kernel::http::{App, Body, Params, Plain, Routes, created, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::super::service;
use super::one;
use crate::permissions::RESOURCE_READ;

pub(super) fn routes() -> Routes {
    // These two may carry a state, and have a limit of their own.
    let large = Routes::new()
        .routes(routes!(create_resource))
        .routes(routes!(check_resource))
        .layer(DefaultBodyLimit::disable());
    Routes::new()
        .merge(large)
        .routes(routes!(check_resource_update))
        .routes(routes!(fill_resource_form))
        .routes(routes!(get_resource_form))
        .routes(routes!(update_resource, delete_resource))
        .routes(routes!(destroy_resource))
        .routes(routes!(refresh_resource))
        .routes(routes!(restore_resource))
}

/// Order a resource. The answer is the resource with the change that makes it.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/resources", operation_id = "create_resource", tag = "resources",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    request_body = NewDocument<NewCatalogResource>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.create"])))]
async fn create_resource(
    ctx: Ctx,
    params: Params,
    State(app): State<App>,
    request: Request,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let body = order_in(&ctx, &organization, &app, request).await?;
    let resource = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = resource.version;
    Ok(created(one(&ctx, resource).await?).with_version(version))
}

/// Check a new resource without ordering it: what it would be, or everything that is wrong with it.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/resources/actions/check",
    operation_id = "check_resource", tag = "resources",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    request_body = NewDocument<NewCatalogResource>,
    responses(
        (status = 200, body = Document<Resource<ResourceCheck>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.create"])))]
async fn check_resource(
    ctx: Ctx,
    params: Params,
    State(app): State<App>,
    request: Request,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let body = order_in(&ctx, &organization, &app, request).await?;
    let check = service::check_create(&ctx, &organization, &body.attributes()?).await?;
    Ok(ok(Resource::new(&organization.name, check)))
}

/// An order, which is larger than other bodies only where the caller may bring a state.
async fn order_in(
    ctx: &Ctx,
    organization: &Organization,
    app: &App,
    request: Request,
) -> Result<Body<NewCatalogResource>> {
    match service::may_bring_states(ctx, organization).await? {
        true => body_with_state(ctx, app, request).await,
        false => body_without_state(ctx, app, request).await,
    }
}

/// Get the form of a new resource, as far as it is filled in: what is asked for, what is known, what can be chosen.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/resources/actions/form", operation_id = "fill_resource_form", tag = "resources",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    request_body = NewDocument<NewCatalogResource>,
    responses(
        (status = 200, body = Document<Resource<ResourceForm>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.create"])))]
async fn fill_resource_form(ctx: Ctx, params: Params, body: Body<NewCatalogResource>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let form = service::form(&ctx, &organization, &body.attributes()?).await?;
    Ok(ok(Resource::new(&organization.name, form)))
}

/// Get the form of a resource, filled in with what it is.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/form", operation_id = "get_resource_form", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<ResourceForm>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn get_resource_form(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let form = service::form_of(&ctx, &resource).await?;
    Ok(ok(Resource::new(resource.id, form)))
}

/// Ask for changes of a resource: they are planned, and applied when somebody says yes.
#[utoipa::path(patch, path = "/api/v2/resources/{resource}", operation_id = "update_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    request_body = NewDocument<CatalogResourceChanges>,
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
    security(("token" = ["resource.update"])))]
async fn update_resource(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<CatalogResourceChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let resource = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = resource.version;
    Ok(ok(one(&ctx, resource).await?).with_version(version))
}

/// Check changes of a resource without asking for them: what they would do, or everything that is wrong with them.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/actions/check", operation_id = "check_resource_update",
    tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
    ),
    request_body = NewDocument<CatalogResourceChanges>,
    responses(
        (status = 200, body = Document<Resource<ResourceCheck>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn check_resource_update(
    ctx: Ctx,
    params: Params,
    body: Body<CatalogResourceChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let check = service::check_update(&ctx, &seen, &body.attributes()?).await?;
    Ok(ok(Resource::new(seen.id, check)))
}

/// Delete a resource of which nothing is there, with its history.
#[utoipa::path(delete, path = "/api/v2/resources/{resource}", operation_id = "delete_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["resource.destroy"])))]
async fn delete_resource(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for what is behind a resource to be destroyed. The resource stays, to be looked at and restored.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/actions/destroy", operation_id = "destroy_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    request_body = ResourceRequest,
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
    security(("token" = ["resource.destroy"])))]
async fn destroy_resource(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    Plain(wanted): Plain<ResourceRequest>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let resource = service::destroy(&ctx, &seen, wanted).await?;
    let version = resource.version;
    Ok(ok(one(&ctx, resource).await?).with_version(version))
}

/// Bring a resource up to date: the same values, with what it stands on as it is now.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/actions/refresh", operation_id = "refresh_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    request_body = ResourceRequest,
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
    security(("token" = ["resource.update"])))]
async fn refresh_resource(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    Plain(wanted): Plain<ResourceRequest>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let resource = service::refresh(&ctx, &seen, wanted).await?;
    let version = resource.version;
    Ok(ok(one(&ctx, resource).await?).with_version(version))
}

/// Ask for a resource to be what it was as some revision.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/actions/restore", operation_id = "restore_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    request_body = ResourceRestoration,
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
    security(("token" = ["resource.update"])))]
async fn restore_resource(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    Plain(wanted): Plain<ResourceRestoration>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let resource = service::restore(&ctx, &seen, wanted).await?;
    let version = resource.version;
    Ok(ok(one(&ctx, resource).await?).with_version(version))
}
