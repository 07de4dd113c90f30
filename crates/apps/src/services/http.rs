//! Services over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::ServiceId;
use slipway_api::services::{NewService, Service as Wire, ServiceChanges, ServicePermissions};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_catalog::templates;
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::{Service, service};
use crate::permissions::{SERVICE_MANAGE, SERVICE_READ};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_services, create_service))
        .routes(routes!(get_service, update_service, delete_service))
}

/// List the services of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/services", operation_id = "list_services", tag = "services",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name."),
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
    security(("token" = ["service.read"])))]
async fn list_services(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["search[text]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let listed = service::list(&ctx, &organization, query.filter("search[text]"), &query.page).await?;
    let names: Vec<String> = listed.rows.iter().map(|row| row.name.to_string()).collect();
    let total = listed.total;
    let rows = shown(&ctx, listed.rows).await?;
    let listed = Listed {
        rows: rows.into_iter().zip(names).collect(),
        total,
    };
    Ok(list(query.document(
        listed,
        |(_, name)| name.clone(),
        |(shown, _)| shown,
    )))
}

/// Offer a template of the catalog as a service.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/services", operation_id = "create_service", tag = "services",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewService>,
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
    security(("token" = ["service.manage"])))]
async fn create_service(ctx: Ctx, params: Params, body: Body<NewService>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let service = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = service.version;
    Ok(created(one(&ctx, service).await?).with_version(version))
}

/// Get a service.
#[utoipa::path(get, path = "/api/v2/services/{service}", operation_id = "get_service", tag = "services",
    params(("service" = ServiceId, Path, description = "The service's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["service.read"])))]
async fn get_service(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let service = service::load(&ctx, params.get("service")?, SERVICE_READ).await?;
    let version = service.version;
    Ok(ok(one(&ctx, service).await?).with_version(version))
}

/// Change a service. Binds that are there keep the variables that they have.
#[utoipa::path(patch, path = "/api/v2/services/{service}", operation_id = "update_service", tag = "services",
    params(
        ("service" = ServiceId, Path, description = "The service's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<ServiceChanges>,
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
    security(("token" = ["service.manage"])))]
async fn update_service(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ServiceChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("service")?, SERVICE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let organization = organizations::by_id(&ctx, seen.organization_id).await?;
    let service = service::update(&ctx, &organization, &seen, body.attributes()?).await?;
    let version = service.version;
    Ok(ok(one(&ctx, service).await?).with_version(version))
}

/// Do not offer a service any more; nothing may be there that was ordered of it.
#[utoipa::path(delete, path = "/api/v2/services/{service}", operation_id = "delete_service", tag = "services",
    params(("service" = ServiceId, Path, description = "The service's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["service.manage"])))]
async fn delete_service(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("service")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn one(ctx: &Ctx, service: Service) -> Result<Resource<Wire>> {
    let shown = shown(ctx, vec![service]).await?.pop();
    shown.ok_or_else(|| Error::internal("a service is not shown"))
}

async fn shown(ctx: &Ctx, services: Vec<Service>) -> Result<Vec<Resource<Wire>>> {
    let ids: Vec<_> = services.iter().map(|service| service.template_id).collect();
    let keys = templates::service::keys(ctx, &ids).await?;
    let granted = ctx.granted().await?;
    let shown = services.into_iter().filter_map(|service| {
        let permissions = ServicePermissions {
            can_manage: granted.allows(SERVICE_MANAGE, &service.scope()),
        };
        let attributes = Wire {
            template: keys.get(&service.template_id)?.clone(),
            name: service.name,
            description: service.description,
            outputs: service.outputs.0,
            projects: service.projects.0,
            permissions,
            created_at: service.created_at,
            updated_at: service.updated_at,
        };
        let path = format!("/api/v2/services/{}", service.id);
        Some(Resource::new(service.id, attributes).with_link("self", path))
    });
    Ok(shown.collect())
}
