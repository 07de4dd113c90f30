//! Routes of organization memberships, in the shapes of TFE.

use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{MembershipId, TeamId};
use slipway_api::jsonapi::{Linkage, Relationship};
use slipway_api::organization_memberships::{NewOrganizationMembership, OrganizationMembership as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Status;
use super::service::{self, Named, invite, remove};
use crate::links;
use crate::links::service::NewlyMade;
use crate::organizations;
use crate::roles::PermissionTree;

const KNOWN: Known = Known {
    filters: &["filter[status]", "filter[email]", "q"],
    sorts: &[],
    includes: &["user", "teams"],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_organization_memberships, create_organization_membership))
        .routes(routes!(list_own_memberships))
        .routes(routes!(get_organization_membership, delete_organization_membership))
        .routes(routes!(resend_invitation))
        .layer(Extension(tree))
}

/// List the members of an organization, and who was invited to it.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/organization-memberships",
    operation_id = "list_organization_memberships", tag = "organization memberships",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("filter[status]" = Option<String>, Query, description = "`invited` or `active`."),
        ("filter[email]" = Option<String>, Query, description = "Part of the address, any case."),
        ("q" = Option<String>, Query, description = "As `filter[email]`."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_organization_memberships(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let name = params.get("organization")?;
    let organization = organizations::service::find_visible(&ctx, &name).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let status = query.filter("filter[status]").map(status).transpose()?;
    let email = query.filter("filter[email]").or(query.filter("q"));
    let listed = service::list(&ctx, &organization, status, email, &query.page).await?;
    Ok(list(query.document(
        listed,
        |named| named.membership.id.to_string(),
        |named| resource(named, None),
    )))
}

/// Invite somebody to an organization. The link is sent by mail; where it cannot be, it is in the answer.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/organization-memberships",
    operation_id = "create_organization_membership", tag = "organization memberships",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewOrganizationMembership>,
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
    security(("token" = ["organization.access.members"])))]
async fn create_organization_membership(
    ctx: Ctx,
    params: Params,
    Extension(tree): Extension<PermissionTree>,
    body: Body<NewOrganizationMembership>,
) -> Result<impl IntoResponse> {
    let name = params.get("organization")?;
    let organization = organizations::service::find_visible(&ctx, &name).await?;
    let teams = teams(body.0.data.relationships.get("teams"))?;
    let (named, made) = invite::invite(&ctx, &tree, &organization, body.attributes()?, teams).await?;
    Ok(created(resource(named, Some(made))))
}

/// List one's own memberships.
#[utoipa::path(get, path = "/api/v2/organization-memberships", operation_id = "list_own_memberships",
    tag = "organization memberships",
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
    security(("token" = [])))]
async fn list_own_memberships(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list_own(&ctx, &query.page).await?;
    Ok(list(query.document(
        listed,
        |named| named.membership.id.to_string(),
        |named| resource(named, None),
    )))
}

/// Get a membership.
#[utoipa::path(get, path = "/api/v2/organization-memberships/{membership}",
    operation_id = "get_organization_membership", tag = "organization memberships",
    params(("membership" = MembershipId, Path, description = "The membership's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_organization_membership(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let named = service::get_visible(&ctx, params.get("membership")?).await?;
    Ok(ok(resource(named, None)))
}

/// Take somebody out of an organization with all roles there, withdraw an invitation, or leave.
#[utoipa::path(delete, path = "/api/v2/organization-memberships/{membership}",
    operation_id = "delete_organization_membership", tag = "organization memberships",
    params(("membership" = MembershipId, Path, description = "The membership's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn delete_organization_membership(
    ctx: Ctx,
    params: Params,
    Extension(tree): Extension<PermissionTree>,
) -> Result<StatusCode> {
    remove::remove(&ctx, &tree, params.get("membership")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send an invitation again, by another link; the one before is void.
#[utoipa::path(post, path = "/api/v2/organization-memberships/{membership}/actions/resend",
    operation_id = "resend_invitation", tag = "organization memberships",
    params(("membership" = MembershipId, Path, description = "The membership's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.members"])))]
async fn resend_invitation(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (named, made) = invite::again(&ctx, params.get("membership")?).await?;
    Ok(ok(resource(named, Some(made))))
}

fn status(text: &str) -> Result<Status> {
    match text {
        "invited" => Ok(Status::Invited),
        "active" => Ok(Status::Active),
        _ => Err(Error::malformed_parameter(
            "filter[status]",
            "filter[status] must be \"invited\" or \"active\".",
        )),
    }
}

fn teams(relationship: Option<&Relationship>) -> Result<Vec<TeamId>> {
    let Some(Linkage::Many(teams)) = relationship.map(|relationship| &relationship.data) else {
        return Ok(Vec::new());
    };
    let parsed = teams.iter().map(|team| {
        team.id
            .parse()
            .map_err(|error| Error::invalid("/data/relationships/teams", format!("{error}.")))
    });
    parsed.collect()
}

fn resource(named: Named, made: Option<NewlyMade>) -> Resource<Wire> {
    let Named {
        membership,
        organization,
        username,
        role,
    } = named;
    let attributes = Wire {
        status: membership.status.into(),
        email: membership.email,
        username,
        role,
        created_at: membership.created_at,
        invitation: made.map(links::service::resource),
    };
    let mut resource = Resource::new(membership.id, attributes)
        .with("organization", "organizations", organization)
        .with_option("user", "users", membership.user_id)
        .with_link("self", format!("/api/v2/organization-memberships/{}", membership.id));
    let teams = Relationship::many("teams", membership.teams.0);
    resource.relationships.insert("teams".to_owned(), teams);
    resource
}
