//! Routes of role assignments.

use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::RoleAssignmentId;
use slipway_api::roles::RoleAssignment as Wire;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Held};
use crate::organizations::{self, Organization};
use crate::roles::PermissionTree;

const KNOWN: Known = Known {
    filters: &["filter[subject]", "filter[scope]"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_role_assignments, create_role_assignment))
        .routes(routes!(delete_role_assignment))
        .routes(routes!(list_site_role_assignments, create_site_role_assignment))
        .layer(Extension(tree))
}

/// List who holds which role where in an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/role-assignments",
    operation_id = "list_role_assignments", tag = "role-assignments",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("filter[subject]" = Option<String>, Query, description = "Only of this user, service account or team, by id."),
        ("filter[scope]" = Option<String>, Query, description = "Only at exactly this organization, project or object."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_role_assignments(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let wanted = service::Wanted {
        subject: query.filter("filter[subject]").map(str::to_owned),
        scope: query.filter("filter[scope]").map(str::to_owned),
    };
    let listed = service::list(&ctx, &organization, wanted, &query.page).await?;
    Ok(list(query.document(
        listed,
        |held| held.assignment.id.to_string(),
        |held| resource(held, Some(&organization)),
    )))
}

/// List who holds which role at the site, and so in every organization.
#[utoipa::path(get, path = "/api/v2/role-assignments", operation_id = "list_site_role_assignments",
    tag = "role-assignments",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = ["site.access.read"])))]
async fn list_site_role_assignments(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list_at_site(&ctx, &query.page).await?;
    Ok(list(query.document(
        listed,
        |held| held.assignment.id.to_string(),
        |held| resource(held, None),
    )))
}

/// Give a built-in role to a user at the site: `owner` makes a site administrator, `site-auditor` sees everything.
#[utoipa::path(post, path = "/api/v2/role-assignments", operation_id = "create_site_role_assignment",
    tag = "role-assignments",
    request_body = NewDocument<Wire>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn create_site_role_assignment(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    body: Body<Wire>,
) -> Result<impl IntoResponse> {
    let held = service::create_at_site(&ctx, &tree, body.attributes()?).await?;
    Ok(created(resource(held, None)))
}

/// Give a role to a user, service account or team, at the organization or at an object in it. Nobody can give what he does not have there.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/role-assignments",
    operation_id = "create_role_assignment", tag = "role-assignments",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<Wire>,
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
async fn create_role_assignment(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<Wire>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let held = service::create(&ctx, &tree, &organization, body.attributes()?).await?;
    Ok(created(resource(held, Some(&organization))))
}

/// Take a role back. Nobody can take what he does not have himself, and an organization keeps an owner.
#[utoipa::path(delete, path = "/api/v2/role-assignments/{role_assignment}", operation_id = "delete_role_assignment",
    tag = "role-assignments",
    params(("role_assignment" = RoleAssignmentId, Path, description = "The assignment's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn delete_role_assignment(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    service::remove(&ctx, &tree, params.get("role_assignment")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// On the wire an organization is named by its name, as everywhere.
fn resource(held: Held, organization: Option<&Organization>) -> Resource<Wire> {
    let assignment = held.assignment;
    let whole = organization.filter(|organization| assignment.scope == organization.id.to_string());
    let attributes = Wire {
        subject: assignment.subject,
        role: held.role,
        scope: whole.map_or(assignment.scope, |organization| organization.name.to_string()),
        subject_name: held.subject_name,
        scope_name: held.scope_name,
    };
    Resource::new(assignment.id, attributes)
        .with_option(
            "organization",
            "organizations",
            organization.map(|organization| &organization.name),
        )
        .with("role", "roles", assignment.role_id)
}
