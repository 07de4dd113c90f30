//! Service instances over HTTP.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{ProjectId, ServiceId, ServiceInstanceId};
use slipway_api::resources::ResourceRequest;
use slipway_api::services::{NewServiceInstance, ServiceInstance as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use super::shown::{resources, shown};
use super::store::Filter;
use crate::permissions::SERVICE_INSTANCE_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_service_instances, create_service_instance))
        .routes(routes!(get_service_instance, delete_service_instance))
}

/// List what was ordered of the services of an organization, as far as the caller may see it.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/service-instances", operation_id = "list_service_instances",
    tag = "services",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name."),
        ("filter[service][id]" = Option<ServiceId>, Query, description = "Of this service."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of this project."),
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
    security(("token" = ["service-instance.read"])))]
async fn list_service_instances(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["search[text]", "filter[service][id]", "filter[project][id]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        service: query.parsed_filter("filter[service][id]")?,
        project: query.parsed_filter("filter[project][id]")?,
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let names: Vec<String> = listed.rows.iter().map(|row| row.name.to_string()).collect();
    let total = listed.total;
    let rows = resources(&ctx, listed.rows).await?;
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

/// Order from a service: a resource of its template, with the rights and the approvals of one that the caller orders himself.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/service-instances", operation_id = "create_service_instance",
    tag = "services",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewServiceInstance>,
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
    security(("token" = ["service-instance.create"])))]
async fn create_service_instance(
    ctx: Ctx,
    params: Params,
    body: Body<NewServiceInstance>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let instance = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(shown(&ctx, instance).await?))
}

/// Get what was ordered of a service.
#[utoipa::path(get, path = "/api/v2/service-instances/{service_instance}", operation_id = "get_service_instance", tag = "services",
    params(("service_instance" = ServiceInstanceId, Path, description = "The service instance's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["service-instance.read"])))]
async fn get_service_instance(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let instance = service::load(&ctx, params.get("service_instance")?, SERVICE_INSTANCE_READ).await?;
    Ok(ok(shown(&ctx, instance).await?))
}

/// Have what was ordered of a service destroyed; the service instance is gone with its resource. Nothing may be bound to it.
#[utoipa::path(delete, path = "/api/v2/service-instances/{service_instance}", operation_id = "delete_service_instance",
    tag = "services",
    params(
        ("service_instance" = ServiceInstanceId, Path, description = "The service instance's id."),
        ("reason" = Option<String>, Query, description = "Why, for those who decide on it."),
        ("auto-apply" = Option<bool>, Query,
            description = "Whether the plan is applied without a further yes, where no rule wants anybody's approval."),
    ),
    responses(
        (status = 202),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["service-instance.delete"])))]
async fn delete_service_instance(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let known = Known {
        filters: &["reason", "auto-apply"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let auto_apply: Option<bool> = query.parsed_filter("auto-apply")?;
    let request = ResourceRequest {
        reason: query.filter("reason").unwrap_or_default().to_owned(),
        auto_apply: auto_apply.unwrap_or_default(),
    };
    service::delete(&ctx, params.get("service_instance")?, request).await?;
    Ok(StatusCode::ACCEPTED)
}
