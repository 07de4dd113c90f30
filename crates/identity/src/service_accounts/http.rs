//! Routes of service accounts.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::UserId;
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccount as Wire, ServiceAccountChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::ServiceAccount;
use super::service;
use crate::organizations;
use crate::roles::PermissionTree;

const KNOWN: Known = Known {
    filters: &["q"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_service_accounts, create_service_account))
        .routes(routes!(
            get_service_account,
            update_service_account,
            delete_service_account
        ))
        .layer(Extension(tree))
}

/// List the service accounts of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/service-accounts",
    operation_id = "list_service_accounts", tag = "service-accounts",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("q" = Option<String>, Query, description = "Part of the name, any case."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_service_accounts(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let listed = service::list(&ctx, &organization, query.filter("q"), &query.page).await?;
    let mut rows = Vec::new();
    for account in listed.rows {
        rows.push((account.name.to_string(), resource(account, Some(&organization.name))?));
    }
    let listed = slipway_kernel::http::Listed {
        rows,
        total: listed.total,
    };
    Ok(list(query.document(listed, |(name, _)| name.clone(), |(_, row)| row)))
}

/// Create a service account: the account of a program. Give it a role, then make it a token.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/service-accounts",
    operation_id = "create_service_account", tag = "service-accounts",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewServiceAccount>,
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
    security(("token" = ["organization.access.manage"])))]
async fn create_service_account(ctx: Ctx, params: Params, body: Body<NewServiceAccount>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let account = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = account.version;
    Ok(created(resource(account, Some(&organization.name))?).with_version(version))
}

/// Get a service account.
#[utoipa::path(get, path = "/api/v2/service-accounts/{service_account}", operation_id = "get_service_account",
    tag = "service-accounts",
    params(("service_account" = UserId, Path, description = "The service account's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_service_account(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let account = service::get_visible(&ctx, params.get("service_account")?).await?;
    let version = account.version;
    Ok(ok(resource(account, None)?).with_version(version))
}

/// Change the name and description of a service account.
#[utoipa::path(patch, path = "/api/v2/service-accounts/{service_account}", operation_id = "update_service_account",
    tag = "service-accounts",
    params(
        ("service_account" = UserId, Path, description = "The service account's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<ServiceAccountChanges>,
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
    security(("token" = ["organization.access.manage"])))]
async fn update_service_account(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ServiceAccountChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get_visible(&ctx, params.get("service_account")?).await?;
    require_unchanged(&headers, seen.version)?;
    let account = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = account.version;
    Ok(ok(resource(account, None)?).with_version(version))
}

/// Delete a service account with its roles and tokens. Its access ends at once.
#[utoipa::path(delete, path = "/api/v2/service-accounts/{service_account}", operation_id = "delete_service_account",
    tag = "service-accounts",
    params(("service_account" = UserId, Path, description = "The service account's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn delete_service_account(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let seen = service::get_visible(&ctx, params.get("service_account")?).await?;
    service::delete(&ctx, &tree, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(account: ServiceAccount, organization: Option<&Name>) -> Result<Resource<Wire>> {
    let link = format!("/api/v2/service-accounts/{}", account.user_id);
    let username = account.username()?;
    let attributes = Wire {
        name: account.name,
        description: account.description,
        username,
        created_at: account.created_at,
    };
    let resource = Resource::new(account.user_id, attributes).with_link("self", link);
    Ok(match organization {
        Some(name) => resource.with("organization", "organizations", name),
        None => resource,
    })
}
