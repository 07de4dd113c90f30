//! Routes of roles, and of the permission tree that they are made of.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde::Serialize;
use slipway_api::ids::RoleId;
use slipway_api::jsonapi::Attributes;
use slipway_api::roles::{NewRole, Role as Wire, RoleChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};
use utoipa::ToSchema;

use super::model::Role;
use super::service;
use super::tree::PermissionTree;
use crate::callers::require_somebody;
use crate::organizations;

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_permissions))
        .routes(routes!(list_roles, create_role))
        .routes(routes!(get_role, update_role, delete_role))
        .layer(Extension(tree))
}

/// List every permission that a role can have. A role may also name a node above some of them, or `*` for all.
#[utoipa::path(get, path = "/api/v2/permissions", operation_id = "list_permissions", tag = "roles",
    responses(
        (status = 200, body = ListDocument<Resource<PermissionNode>>),
        (status = 401, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_permissions(ctx: Ctx, Extension(tree): Extension<PermissionTree>) -> Result<impl IntoResponse> {
    require_somebody(&ctx)?;
    let node = |(permission, description): (slipway_kernel::grants::Permission, &str)| {
        let description = description.to_owned();
        Resource::new(permission.as_str(), PermissionNode { description })
    };
    Ok(list(ListDocument {
        data: tree.leaves().map(node).collect(),
        included: Vec::new(),
        links: std::collections::BTreeMap::new(),
        meta: None,
    }))
}

/// A permission; its id is its path in the tree.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct PermissionNode {
    /// What holders can do, in a sentence.
    description: String,
}

impl Attributes for PermissionNode {
    const TYPE: &'static str = "permissions";
}

/// List the roles of an organization, with those that come with Slipway.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/roles", operation_id = "list_roles", tag = "roles",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_roles(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    Ok(list(query.document(listed, |role| role.name.to_string(), resource)))
}

/// Create a role from permissions that the caller has himself.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/roles", operation_id = "create_role", tag = "roles",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewRole>,
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
async fn create_role(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewRole>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let role = service::create(&ctx, &tree, &organization, body.attributes()?).await?;
    let version = role.version;
    Ok(created(resource(role)).with_version(version))
}

/// Get a role.
#[utoipa::path(get, path = "/api/v2/roles/{role}", operation_id = "get_role", tag = "roles",
    params(("role" = RoleId, Path, description = "The role's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn get_role(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let role = service::get_visible(&ctx, params.get("role")?).await?;
    let version = role.version;
    Ok(ok(resource(role)).with_version(version))
}

/// Change a role; whoever holds it may from now on what it says then. Nobody can change one that has what he lacks.
#[utoipa::path(patch, path = "/api/v2/roles/{role}", operation_id = "update_role", tag = "roles",
    params(
        ("role" = RoleId, Path, description = "The role's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<RoleChanges>,
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
async fn update_role(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    headers: HeaderMap,
    body: Body<RoleChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get_visible(&ctx, params.get("role")?).await?;
    require_unchanged(&headers, seen.version)?;
    let role = service::update(&ctx, &tree, &seen, body.attributes()?).await?;
    let version = role.version;
    Ok(ok(resource(role)).with_version(version))
}

/// Delete a role that nobody holds.
#[utoipa::path(delete, path = "/api/v2/roles/{role}", operation_id = "delete_role", tag = "roles",
    params(
        ("role" = RoleId, Path, description = "The role's id."),
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
    security(("token" = ["organization.access.manage"])))]
async fn delete_role(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::get_visible(&ctx, params.get("role")?).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(role: Role) -> Resource<Wire> {
    let is_built_in = role.is_built_in();
    let attributes = Wire {
        name: role.name,
        description: role.description,
        permissions: role.permissions.0,
        is_built_in,
    };
    Resource::new(role.id, attributes)
}
