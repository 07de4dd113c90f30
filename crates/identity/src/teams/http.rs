//! Routes of teams and their members, in the shapes of TFE.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::TeamId;
use slipway_api::jsonapi::Relationship;
use slipway_api::teams::{Linkages, NewTeam, Team as Wire, TeamChanges};
use slipway_api::users::User as WireUser;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Shown};
use crate::organizations;
use crate::roles::PermissionTree;
use crate::users::User;

const KNOWN: Known = Known {
    filters: &["filter[names]", "q"],
    sorts: &[],
    includes: &["users", "organization-memberships"],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_teams, create_team))
        .routes(routes!(get_team, update_team, delete_team))
        .routes(routes!(list_team_members))
        .routes(routes!(add_team_users, remove_team_users))
        .routes(routes!(add_team_memberships, remove_team_memberships))
        .layer(Extension(tree))
}

/// List the teams of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/teams", operation_id = "list_teams", tag = "teams",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("filter[names]" = Option<String>, Query, description = "Only those with one of these names, with commas between."),
        ("q" = Option<String>, Query, description = "Part of the name, any case."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_teams(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let names = query.filter("filter[names]");
    let wanted = service::Wanted {
        names: names.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect()),
        text: query.filter("q").map(str::to_owned),
    };
    let listed = service::list(&ctx, &organization, wanted, &query.page).await?;
    let mut shown = service::shown(&ctx, listed.rows.clone()).await?.into_iter();
    Ok(list(query.document(
        listed,
        |team| team.name.to_string(),
        |team| match shown.next() {
            Some(shown) => resource(shown, &organization.name),
            None => resource(Shown::bare(team), &organization.name),
        },
    )))
}

/// Create a team. What it may do is given to it by roles; `organization-access` gives some at once.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/teams", operation_id = "create_team", tag = "teams",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewTeam>,
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
    security(("token" = ["organization.access.teams"])))]
async fn create_team(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewTeam>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let team = service::create(&ctx, &tree, &organization, body.attributes()?).await?;
    let version = team.version;
    let shown = one(&ctx, team).await?;
    Ok(created(resource(shown, &organization.name)).with_version(version))
}

/// Get a team.
#[utoipa::path(get, path = "/api/v2/teams/{team}", operation_id = "get_team", tag = "teams",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
        ("include" = Option<String>, Query, description = "Accepted for TFE's clients; `users` are in the relationships."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_team(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    let organization = organizations::by_id(&ctx, team.organization_id).await?;
    let version = team.version;
    let shown = one(&ctx, team).await?;
    Ok(ok(resource(shown, &organization.name)).with_version(version))
}

/// Change a team.
#[utoipa::path(patch, path = "/api/v2/teams/{team}", operation_id = "update_team", tag = "teams",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<TeamChanges>,
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
    security(("token" = ["organization.access.teams"])))]
async fn update_team(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    headers: HeaderMap,
    body: Body<TeamChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get_visible(&ctx, params.get("team")?).await?;
    service::require(&ctx, &seen).await?;
    require_unchanged(&headers, seen.version)?;
    let team = service::update(&ctx, &tree, &seen, body.attributes()?).await?;
    let organization = organizations::by_id(&ctx, team.organization_id).await?;
    let version = team.version;
    let shown = one(&ctx, team).await?;
    Ok(ok(resource(shown, &organization.name)).with_version(version))
}

/// Delete a team with its roles and tokens. Its members lose at once what they had by it.
#[utoipa::path(delete, path = "/api/v2/teams/{team}", operation_id = "delete_team", tag = "teams",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
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
    security(("token" = ["organization.access.teams"])))]
async fn delete_team(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let seen = service::get_visible(&ctx, params.get("team")?).await?;
    service::require(&ctx, &seen).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &tree, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the members of a team.
#[utoipa::path(get, path = "/api/v2/teams/{team}/users", operation_id = "list_team_members", tag = "teams",
    params(("team" = TeamId, Path, description = "The team's id.")),
    responses(
        (status = 200, body = ListDocument<Resource<WireUser>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_team_members(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    let members = service::members(&ctx, &team).await?;
    Ok(list(ListDocument {
        data: members.into_iter().map(user).collect(),
        included: Vec::new(),
        links: std::collections::BTreeMap::new(),
        meta: None,
    }))
}

/// Add members of the organization to a team, by name or id. Nobody adds anybody to a team that has what he lacks.
#[utoipa::path(post, path = "/api/v2/teams/{team}/relationships/users", operation_id = "add_team_users", tag = "teams",
    params(("team" = TeamId, Path, description = "The team's id.")),
    request_body = Linkages,
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
async fn add_team_users(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Linkages>,
) -> Result<StatusCode> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    service::add_members(&ctx, &tree, &team, &ids(body.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take members out of a team, by name or id; they lose at once what they had by it. Everybody may leave.
#[utoipa::path(delete, path = "/api/v2/teams/{team}/relationships/users", operation_id = "remove_team_users",
    tag = "teams",
    params(("team" = TeamId, Path, description = "The team's id.")),
    request_body = Linkages,
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
async fn remove_team_users(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Linkages>,
) -> Result<StatusCode> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    service::remove_members(&ctx, &tree, &team, &ids(body.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Add members of the organization to a team, by the ids of their memberships.
#[utoipa::path(post, path = "/api/v2/teams/{team}/relationships/organization-memberships",
    operation_id = "add_team_memberships", tag = "teams",
    params(("team" = TeamId, Path, description = "The team's id.")),
    request_body = Linkages,
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
async fn add_team_memberships(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Linkages>,
) -> Result<StatusCode> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    service::add_members(&ctx, &tree, &team, &ids(body.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take members out of a team, by the ids of their memberships.
#[utoipa::path(delete, path = "/api/v2/teams/{team}/relationships/organization-memberships",
    operation_id = "remove_team_memberships", tag = "teams",
    params(("team" = TeamId, Path, description = "The team's id.")),
    request_body = Linkages,
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
async fn remove_team_memberships(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Linkages>,
) -> Result<StatusCode> {
    let team = service::get_visible(&ctx, params.get("team")?).await?;
    service::remove_members(&ctx, &tree, &team, &ids(body.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn ids(linkages: Linkages) -> Vec<String> {
    linkages.data.into_iter().map(|identifier| identifier.id).collect()
}

async fn one(ctx: &Ctx, team: crate::teams::Team) -> Result<Shown> {
    let mut shown = service::shown(ctx, vec![team.clone()]).await?;
    Ok(shown.pop().unwrap_or_else(|| Shown::bare(team)))
}

/// A member as the others see him: the name alone.
fn user(user: User) -> Resource<WireUser> {
    let link = format!("/api/v2/users/{}", user.id);
    let attributes = WireUser {
        username: user.username,
        email: None,
        is_service_account: user.is_service_account,
        is_site_admin: None,
        is_suspended: None,
        last_signed_in_at: None,
        two_factor: None,
    };
    Resource::new(user.id, attributes).with_link("self", link)
}

fn resource(shown: Shown, organization: &Name) -> Resource<Wire> {
    let team = shown.team;
    let attributes = Wire {
        name: team.name,
        description: team.description,
        sso_team_id: team.sso_team_id,
        sso_provider: shown.provider,
        visibility: team.visibility.into(),
        allow_member_token_management: team.allow_member_token_management,
        organization_access: shown.organization_access,
        users_count: u64::try_from(shown.members.len()).unwrap_or(u64::MAX),
        created_at: team.created_at,
        permissions: shown.permissions,
    };
    let mut resource = Resource::new(team.id, attributes)
        .with("organization", "organizations", organization)
        .with_link("self", format!("/api/v2/teams/{}", team.id));
    let users = Relationship::many("users", shown.members);
    resource.relationships.insert("users".to_owned(), users);
    resource
}
