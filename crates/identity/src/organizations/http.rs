//! Routes of organizations.

use std::collections::HashMap;

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde::Serialize;
use slipway_api::ids::RoleId;
use slipway_api::jsonapi::Attributes;
use slipway_api::organizations::{NewOrganization, Organization as Wire, OrganizationChanges, OrganizationPermissions};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};
use utoipa::ToSchema;

use super::model::Organization;
use super::service;
use crate::permissions::{ORGANIZATION_DELETE, ORGANIZATION_UPDATE};
use crate::roles::PermissionTree;

const KNOWN: Known = Known {
    filters: &["search[name]"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_organizations, create_organization))
        .routes(routes!(get_organization, update_organization, delete_organization))
        .routes(routes!(get_entitlement_set))
        .layer(Extension(tree))
}

/// List the organizations that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations", operation_id = "list_organizations", tag = "organizations",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("search[name]" = Option<String>, Query, description = "Part of the name, any case."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
    ),
    security(("token" = ["organization.read"])))]
async fn list_organizations(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let listed = service::list(&ctx, query.filter("search[name]").map(str::to_owned), &query.page).await?;
    let mut permissions = service::permissions(&ctx, &listed.rows).await?.into_iter();
    let roles = service::default_roles(&ctx, &listed.rows).await?;
    Ok(list(query.document(
        listed,
        |organization| organization.name.to_string(),
        |organization| resource(organization, permissions.next().unwrap_or_default(), &roles),
    )))
}

/// Create an organization; the caller becomes its owner.
#[utoipa::path(post, path = "/api/v2/organizations", operation_id = "create_organization", tag = "organizations",
    request_body = NewDocument<NewOrganization>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.create"])))]
async fn create_organization(ctx: Ctx, body: Body<NewOrganization>) -> Result<impl IntoResponse> {
    let organization = service::create(&ctx, body.attributes()?).await?;
    let version = organization.version;
    Ok(created(shown(&ctx, organization).await?).with_version(version))
}

/// Get an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}", operation_id = "get_organization",
    tag = "organizations",
    params(("organization" = Name, Path, description = "The organization's name.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.read"])))]
async fn get_organization(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let organization = service::find_visible(&ctx, &params.get("organization")?).await?;
    let version = organization.version;
    Ok(ok(shown(&ctx, organization).await?).with_version(version))
}

/// Change an organization.
#[utoipa::path(patch, path = "/api/v2/organizations/{organization}", operation_id = "update_organization",
    tag = "organizations",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<OrganizationChanges>,
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
    security(("token" = ["organization.update"])))]
async fn update_organization(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    headers: HeaderMap,
    body: Body<OrganizationChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::find_visible(&ctx, &params.get("organization")?).await?;
    service::require(&ctx, ORGANIZATION_UPDATE, &seen).await?;
    require_unchanged(&headers, seen.version)?;
    let organization = service::update(&ctx, &tree, &seen, body.attributes()?).await?;
    let version = organization.version;
    Ok(ok(shown(&ctx, organization).await?).with_version(version))
}

/// Delete an organization that has no workspaces.
#[utoipa::path(delete, path = "/api/v2/organizations/{organization}", operation_id = "delete_organization",
    tag = "organizations",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
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
    security(("token" = ["organization.delete"])))]
async fn delete_organization(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::find_visible(&ctx, &params.get("organization")?).await?;
    service::require(&ctx, ORGANIZATION_DELETE, &seen).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tell which features an organization has, as Terraform clients ask before they do anything.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/entitlement-set", operation_id = "get_entitlement_set",
    tag = "organizations",
    params(("organization" = Name, Path, description = "The organization's name.")),
    responses(
        (status = 200, body = Document<Resource<EntitlementSet>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.read"])))]
async fn get_entitlement_set(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let organization = service::find_visible(&ctx, &params.get("organization")?).await?;
    Ok(ok(Resource::new(organization.id, EntitlementSet::ALL)))
}

/// The features of an organization (TFE's names). What is not built yet is false.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct EntitlementSet {
    /// Runner pools.
    agents: bool,
    /// Runs on the server's runners.
    operations: bool,
    /// Kept states.
    state_storage: bool,
    /// The audit log.
    audit_logging: bool,
    /// The module and provider registry.
    private_module_registry: bool,
    /// Policies.
    sentinel: bool,
    /// Single sign-on.
    sso: bool,
    /// Teams.
    teams: bool,
    /// Workspaces of Git repositories.
    vcs_integrations: bool,
    /// Cost estimates.
    cost_estimation: bool,
}

impl EntitlementSet {
    const ALL: Self = Self {
        agents: true,
        operations: true,
        state_storage: true,
        audit_logging: true,
        private_module_registry: false,
        sentinel: false,
        sso: false,
        teams: true,
        vcs_integrations: false,
        cost_estimation: false,
    };
}

impl Attributes for EntitlementSet {
    const TYPE: &'static str = "entitlement-sets";
}

async fn shown(ctx: &Ctx, organization: Organization) -> Result<Resource<Wire>> {
    let one = std::slice::from_ref(&organization);
    let permissions = service::permissions(ctx, one).await?;
    let roles = service::default_roles(ctx, one).await?;
    Ok(resource(
        organization,
        permissions.into_iter().next().unwrap_or_default(),
        &roles,
    ))
}

/// On the wire an organization's id is its name, as in TFE.
fn resource(
    organization: Organization,
    permissions: OrganizationPermissions,
    roles: &HashMap<RoleId, Name>,
) -> Resource<Wire> {
    let role = |id: Option<RoleId>| id.and_then(|id| roles.get(&id)).cloned();
    let name = organization.name;
    let link = format!("/api/v2/organizations/{name}");
    let attributes = Wire {
        name: name.clone(),
        external_id: organization.id.to_string(),
        email: organization.email,
        created_at: organization.created_at,
        default_member_role: role(organization.default_member_role_id),
        default_team_role: role(organization.default_team_role_id),
        longest_token_days: organization
            .longest_token_days
            .and_then(|days| u32::try_from(days).ok()),
        permissions,
    };
    Resource::new(name, attributes).with_link("self", link)
}
