//! Routes of the access of teams to workspaces and projects, in the shapes of TFE.

use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{TeamProjectId, TeamWorkspaceId};
use slipway_api::team_access::{TeamProjectAccess, TeamWorkspaceAccess};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::levels;
use super::service::{self, Access};
use crate::roles::PermissionTree;

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_team_workspaces, create_team_workspace))
        .routes(routes!(
            get_team_workspace,
            update_team_workspace,
            delete_team_workspace
        ))
        .routes(routes!(list_team_projects, create_team_project))
        .routes(routes!(get_team_project, update_team_project, delete_team_project))
        .layer(Extension(tree))
}

fn related<A: slipway_api::jsonapi::Attributes>(document: &NewDocument<A>, name: &str) -> Result<String> {
    let id = document.related(name).map(str::to_owned);
    id.ok_or_else(|| {
        Error::invalid(
            &format!("/data/relationships/{name}"),
            format!("Say which {name}, by a relationship \"{name}\" with its id."),
        )
    })
}

/// List what teams may do in a workspace.
#[utoipa::path(get, path = "/api/v2/team-workspaces", operation_id = "list_team_workspaces", tag = "team-access",
    params(("filter[workspace][id]" = String, Query, description = "The workspace's id.")),
    responses(
        (status = 200, body = ListDocument<Resource<TeamWorkspaceAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_team_workspaces(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let id = workspace_of(&uri)?;
    let place = service::place(&ctx, "workspace", &id).await?;
    let access = service::list(&ctx, &place).await?;
    Ok(list(ListDocument {
        data: access.into_iter().map(team_workspace).collect(),
        included: Vec::new(),
        links: std::collections::BTreeMap::new(),
        meta: None,
    }))
}

/// Give a team access to a workspace. Nobody can give what he does not have there.
#[utoipa::path(post, path = "/api/v2/team-workspaces", operation_id = "create_team_workspace", tag = "team-access",
    request_body = NewDocument<TeamWorkspaceAccess>,
    responses(
        (status = 201, body = Document<Resource<TeamWorkspaceAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn create_team_workspace(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    body: Body<TeamWorkspaceAccess>,
) -> Result<impl IntoResponse> {
    let team = related(&body.0, "team")?;
    let place = related(&body.0, "workspace")?;
    let place = service::place(&ctx, "workspace", &place).await?;
    let level = levels::of_workspace(&body.attributes()?, None)?;
    let access = service::create(&ctx, &tree, &place, &team, level).await?;
    Ok(created(team_workspace(access)))
}

/// Get what a team may do in a workspace.
#[utoipa::path(get, path = "/api/v2/team-workspaces/{team_workspace}", operation_id = "get_team_workspace", tag = "team-access",
    params(("team_workspace" = TeamWorkspaceId, Path, description = "The id of the team's access.")),
    responses(
        (status = 200, body = Document<Resource<TeamWorkspaceAccess>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn get_team_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id: TeamWorkspaceId = params.get("team_workspace")?;
    Ok(ok(team_workspace(
        service::get(&ctx, id.counterpart(), "workspace").await?,
    )))
}

/// Change what a team may do in a workspace.
#[utoipa::path(patch, path = "/api/v2/team-workspaces/{team_workspace}", operation_id = "update_team_workspace", tag = "team-access",
    params(("team_workspace" = TeamWorkspaceId, Path, description = "The id of the team's access.")),
    request_body = NewDocument<TeamWorkspaceAccess>,
    responses(
        (status = 200, body = Document<Resource<TeamWorkspaceAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn update_team_workspace(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<TeamWorkspaceAccess>,
) -> Result<impl IntoResponse> {
    let id: TeamWorkspaceId = params.get("team_workspace")?;
    let seen = service::get(&ctx, id.counterpart(), "workspace").await?;
    let level = levels::of_workspace(&body.attributes()?, Some(&levels::describe_workspace(&seen.role)))?;
    Ok(ok(team_workspace(service::update(&ctx, &tree, &seen, level).await?)))
}

/// Take a team's access to a workspace back.
#[utoipa::path(delete, path = "/api/v2/team-workspaces/{team_workspace}", operation_id = "delete_team_workspace", tag = "team-access",
    params(("team_workspace" = TeamWorkspaceId, Path, description = "The id of the team's access.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn delete_team_workspace(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let id: TeamWorkspaceId = params.get("team_workspace")?;
    let seen = service::get(&ctx, id.counterpart(), "workspace").await?;
    service::delete(&ctx, &tree, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn workspace_of(uri: &Uri) -> Result<String> {
    const NAME: &str = "filter[workspace][id]";
    let known = Known {
        filters: &[NAME],
        sorts: &[],
        includes: &[],
    };
    let query = ListQuery::parse(uri, known)?;
    let id = query.filter(NAME).map(str::to_owned);
    id.ok_or_else(|| Error::malformed_parameter(NAME, "Say which workspace: filter[workspace][id]=<its id>."))
}

fn team_workspace(access: Access) -> Resource<TeamWorkspaceAccess> {
    let id: TeamWorkspaceId = access.assignment.id.counterpart();
    Resource::new(id, levels::describe_workspace(&access.role))
        .with("team", "teams", access.assignment.subject)
        .with("workspace", "workspaces", access.assignment.scope)
        .with_link("self", format!("/api/v2/team-workspaces/{id}"))
}

/// List what teams may do in a project.
#[utoipa::path(get, path = "/api/v2/team-projects", operation_id = "list_team_projects", tag = "team-access",
    params(("filter[project][id]" = String, Query, description = "The project's id.")),
    responses(
        (status = 200, body = ListDocument<Resource<TeamProjectAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_team_projects(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let id = project_of(&uri)?;
    let place = service::place(&ctx, "project", &id).await?;
    let access = service::list(&ctx, &place).await?;
    Ok(list(ListDocument {
        data: access.into_iter().map(team_project).collect(),
        included: Vec::new(),
        links: std::collections::BTreeMap::new(),
        meta: None,
    }))
}

/// Give a team access to a project. Nobody can give what he does not have there.
#[utoipa::path(post, path = "/api/v2/team-projects", operation_id = "create_team_project", tag = "team-access",
    request_body = NewDocument<TeamProjectAccess>,
    responses(
        (status = 201, body = Document<Resource<TeamProjectAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn create_team_project(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    body: Body<TeamProjectAccess>,
) -> Result<impl IntoResponse> {
    let team = related(&body.0, "team")?;
    let place = related(&body.0, "project")?;
    let place = service::place(&ctx, "project", &place).await?;
    let level = levels::of_project(&body.attributes()?, None)?;
    let access = service::create(&ctx, &tree, &place, &team, level).await?;
    Ok(created(team_project(access)))
}

/// Get what a team may do in a project.
#[utoipa::path(get, path = "/api/v2/team-projects/{team_project}", operation_id = "get_team_project", tag = "team-access",
    params(("team_project" = TeamProjectId, Path, description = "The id of the team's access.")),
    responses(
        (status = 200, body = Document<Resource<TeamProjectAccess>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn get_team_project(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id: TeamProjectId = params.get("team_project")?;
    Ok(ok(team_project(service::get(&ctx, id.counterpart(), "project").await?)))
}

/// Change what a team may do in a project.
#[utoipa::path(patch, path = "/api/v2/team-projects/{team_project}", operation_id = "update_team_project", tag = "team-access",
    params(("team_project" = TeamProjectId, Path, description = "The id of the team's access.")),
    request_body = NewDocument<TeamProjectAccess>,
    responses(
        (status = 200, body = Document<Resource<TeamProjectAccess>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn update_team_project(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<TeamProjectAccess>,
) -> Result<impl IntoResponse> {
    let id: TeamProjectId = params.get("team_project")?;
    let seen = service::get(&ctx, id.counterpart(), "project").await?;
    let level = levels::of_project(&body.attributes()?, Some(&levels::describe_project(&seen.role)))?;
    Ok(ok(team_project(service::update(&ctx, &tree, &seen, level).await?)))
}

/// Take a team's access to a project back.
#[utoipa::path(delete, path = "/api/v2/team-projects/{team_project}", operation_id = "delete_team_project", tag = "team-access",
    params(("team_project" = TeamProjectId, Path, description = "The id of the team's access.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn delete_team_project(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let id: TeamProjectId = params.get("team_project")?;
    let seen = service::get(&ctx, id.counterpart(), "project").await?;
    service::delete(&ctx, &tree, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn project_of(uri: &Uri) -> Result<String> {
    const NAME: &str = "filter[project][id]";
    let known = Known {
        filters: &[NAME],
        sorts: &[],
        includes: &[],
    };
    let query = ListQuery::parse(uri, known)?;
    let id = query.filter(NAME).map(str::to_owned);
    id.ok_or_else(|| Error::malformed_parameter(NAME, "Say which project: filter[project][id]=<its id>."))
}

fn team_project(access: Access) -> Resource<TeamProjectAccess> {
    let id: TeamProjectId = access.assignment.id.counterpart();
    Resource::new(id, levels::describe_project(&access.role))
        .with("team", "teams", access.assignment.subject)
        .with("project", "projects", access.assignment.scope)
        .with_link("self", format!("/api/v2/team-projects/{id}"))
}
