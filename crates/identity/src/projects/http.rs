//! Routes of projects.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::ProjectId;
use slipway_api::projects::{NewProject, Project as Wire, ProjectChanges, ProjectPermissions};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::grants::GrantSet;
use slipway_kernel::http::{Body, JsonApi, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Project, target};
use super::service;
use crate::organizations;
use crate::permissions::{PROJECT_DELETE, PROJECT_UPDATE, WORKSPACE_CREATE};

const KNOWN: Known = Known {
    filters: &["search[name]", "filter[names]"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_projects, create_project))
        .routes(routes!(get_project, update_project, delete_project))
}

/// List the projects of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/projects", operation_id = "list_projects",
    tag = "projects",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("search[name]" = Option<String>, Query, description = "Part of the name, any case."),
        ("filter[names]" = Option<String>, Query, description = "Names, separated by commas."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["project.read"])))]
async fn list_projects(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let names = |text: &str| text.split(',').map(|name| name.trim().to_owned()).collect();
    let wanted = service::Wanted {
        name: query.filter("search[name]").map(str::to_owned),
        names: query.filter("filter[names]").map(names),
    };
    let listed = service::list(&ctx, &organization, wanted, &query.page).await?;
    let granted = ctx.granted().await?;
    Ok(list(query.document(
        listed,
        |project| project.name.to_string(),
        |project| resource(project, &organization.name, &granted),
    )))
}

/// Create a project.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/projects", operation_id = "create_project",
    tag = "projects",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewProject>,
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
    security(("token" = ["project.create"])))]
async fn create_project(ctx: Ctx, params: Params, body: Body<NewProject>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let project = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = project.version;
    let granted = ctx.granted().await?;
    Ok(created(resource(project, &organization.name, &granted)).with_version(version))
}

/// Get a project.
#[utoipa::path(get, path = "/api/v2/projects/{project}", operation_id = "get_project", tag = "projects",
    params(("project" = ProjectId, Path, description = "The project's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["project.read"])))]
async fn get_project(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let project = service::get_visible(&ctx, params.get("project")?).await?;
    shown(&ctx, project).await
}

/// Change a project.
#[utoipa::path(patch, path = "/api/v2/projects/{project}", operation_id = "update_project", tag = "projects",
    params(
        ("project" = ProjectId, Path, description = "The project's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<ProjectChanges>,
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
    security(("token" = ["project.update"])))]
async fn update_project(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ProjectChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get_visible(&ctx, params.get("project")?).await?;
    ctx.authorize(PROJECT_UPDATE, &target(&seen)).await?;
    require_unchanged(&headers, seen.version)?;
    let project = service::update(&ctx, &seen, body.attributes()?).await?;
    shown(&ctx, project).await
}

/// Delete a project that has nothing in it.
#[utoipa::path(delete, path = "/api/v2/projects/{project}", operation_id = "delete_project", tag = "projects",
    params(
        ("project" = ProjectId, Path, description = "The project's id."),
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
    security(("token" = ["project.delete"])))]
async fn delete_project(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::get_visible(&ctx, params.get("project")?).await?;
    ctx.authorize(PROJECT_DELETE, &target(&seen)).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(ctx: &Ctx, project: Project) -> Result<JsonApi<Document<Resource<Wire>>>> {
    let organization = organizations::by_id(ctx, project.organization_id).await?;
    let version = project.version;
    let granted = ctx.granted().await?;
    Ok(ok(resource(project, &organization.name, &granted)).with_version(version))
}

fn resource(project: Project, organization: &Name, granted: &GrantSet) -> Resource<Wire> {
    let scope = target(&project).scope;
    let attributes = Wire {
        name: project.name,
        description: project.description,
        created_at: project.created_at,
        is_default: project.is_default,
        permissions: ProjectPermissions {
            can_update: granted.allows(PROJECT_UPDATE, &scope),
            can_destroy: granted.allows(PROJECT_DELETE, &scope),
            can_create_workspace: granted.allows(WORKSPACE_CREATE, &scope),
        },
    };
    Resource::new(project.id, attributes)
        .with("organization", "organizations", organization)
        .with_link("self", format!("/api/v2/projects/{}", project.id))
}
