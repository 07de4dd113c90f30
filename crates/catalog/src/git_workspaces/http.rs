//! Routes of git workspaces.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::git_workspaces::{GitWorkspace as Wire, GitWorkspaceChanges, GitWorkspaceResource, NewGitWorkspace};
use slipway_api::ids::{GitWorkspaceId, RepositoryId};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_connections::repositories::{self, Repository};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{GitWorkspace, Member};
use super::{service, store};
use crate::permissions::{GIT_WORKSPACE_DELETE, GIT_WORKSPACE_READ, GIT_WORKSPACE_UPDATE, RESOURCE_READ};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_git_workspaces, create_git_workspace))
        .routes(routes!(get_git_workspace, update_git_workspace, delete_git_workspace))
        .routes(routes!(list_git_workspace_resources))
        .routes(routes!(synchronize_git_workspace))
}

/// List the git workspaces of an organization, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/git-workspaces", operation_id = "list_git_workspaces",
    tag = "git workspaces",
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
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["git-workspace.read"])))]
async fn list_git_workspaces(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| row.name.to_string()).collect();
    let total = listed.total;
    let shown = resources(&ctx, &organization, listed.rows).await?;
    let listed = Listed {
        rows: shown.into_iter().zip(cursors).collect(),
        total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

/// Create a git workspace of any repository that can be pushed to. The repository is connected if it is not yet.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/git-workspaces", operation_id = "create_git_workspace",
    tag = "git workspaces",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewGitWorkspace>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["git-workspace.create"])))]
async fn create_git_workspace(ctx: Ctx, params: Params, body: Body<NewGitWorkspace>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let workspace = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = workspace.version;
    Ok(created(shown(&ctx, workspace).await?).with_version(version))
}

/// Get a git workspace.
#[utoipa::path(get, path = "/api/v2/git-workspaces/{git_workspace}", operation_id = "get_git_workspace",
    tag = "git workspaces",
    params(("git_workspace" = GitWorkspaceId, Path, description = "The git workspace's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["git-workspace.read"])))]
async fn get_git_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let workspace = service::load(&ctx, params.get("git_workspace")?, GIT_WORKSPACE_READ).await?;
    let version = workspace.version;
    Ok(ok(shown(&ctx, workspace).await?).with_version(version))
}

/// Change a git workspace. Its repository never changes, its branch and directory not while there is code in it.
#[utoipa::path(patch, path = "/api/v2/git-workspaces/{git_workspace}", operation_id = "update_git_workspace",
    tag = "git workspaces",
    params(
        ("git_workspace" = GitWorkspaceId, Path, description = "The git workspace's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<GitWorkspaceChanges>,
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
    security(("token" = ["git-workspace.update"])))]
async fn update_git_workspace(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<GitWorkspaceChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("git_workspace")?, GIT_WORKSPACE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let workspace = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = workspace.version;
    Ok(ok(shown(&ctx, workspace).await?).with_version(version))
}

/// Delete a git workspace that no project names. What is in the repository stays there.
#[utoipa::path(delete, path = "/api/v2/git-workspaces/{git_workspace}", operation_id = "delete_git_workspace",
    tag = "git workspaces",
    params(
        ("git_workspace" = GitWorkspaceId, Path, description = "The git workspace's id."),
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
    security(("token" = ["git-workspace.delete"])))]
async fn delete_git_workspace(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("git_workspace")?, GIT_WORKSPACE_DELETE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the resources whose code is in a git workspace, or shall be: how far it is, and what is in the way.
#[utoipa::path(get, path = "/api/v2/git-workspaces/{git_workspace}/resources", operation_id = "list_git_workspace_resources",
    tag = "git workspaces",
    params(
        ("git_workspace" = GitWorkspaceId, Path, description = "The git workspace's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<GitWorkspaceResource>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["git-workspace.read"])))]
async fn list_git_workspace_resources(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let workspace = service::load(&ctx, params.get("git_workspace")?, GIT_WORKSPACE_READ).await?;
    let listed = service::members(&ctx, &workspace, &query.page).await?;
    Ok(list(query.document(listed, |row| row.resource_id.to_string(), member)))
}

/// Have the code of every resource of a git workspace brought to where it shall be, soon.
#[utoipa::path(post, path = "/api/v2/git-workspaces/{git_workspace}/actions/synchronize",
    operation_id = "synchronize_git_workspace", tag = "git workspaces",
    params(("git_workspace" = GitWorkspaceId, Path, description = "The git workspace's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["git-workspace.update"])))]
async fn synchronize_git_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let workspace = service::load(&ctx, params.get("git_workspace")?, GIT_WORKSPACE_UPDATE).await?;
    service::synchronize(&ctx, &workspace).await?;
    Ok(ok(shown(&ctx, workspace).await?))
}

async fn shown(ctx: &Ctx, workspace: GitWorkspace) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, workspace.organization_id).await?;
    let mut shown = resources(ctx, &organization, vec![workspace]).await?;
    shown
        .pop()
        .ok_or_else(|| Error::internal("one git workspace was not shown"))
}

async fn resources(ctx: &Ctx, organization: &Organization, all: Vec<GitWorkspace>) -> Result<Vec<Resource<Wire>>> {
    let ids: Vec<GitWorkspaceId> = all.iter().map(|row| row.id).collect();
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    let mut counts = store::counts(ctx.db.reader(), &ids, &visible).await?;
    let ids: Vec<RepositoryId> = all.iter().map(|row| row.repository_id).collect();
    let found = repositories::service::all(ctx, &ids).await?;
    let found: HashMap<RepositoryId, Repository> = found.into_iter().map(|row| (row.id, row)).collect();
    let shown = all.into_iter().filter_map(|workspace| {
        let counts = counts.remove(&workspace.id).unwrap_or_default();
        Some(resource(
            &workspace,
            found.get(&workspace.repository_id)?,
            organization,
            counts,
        ))
    });
    Ok(shown.collect())
}

fn resource(
    workspace: &GitWorkspace,
    repository: &Repository,
    organization: &Organization,
    (resource_count, problem_count): (u64, u64),
) -> Resource<Wire> {
    let attributes = Wire {
        name: workspace.name.clone(),
        description: workspace.description.clone(),
        repository: repository.full_name.clone(),
        address: repository.address.clone(),
        web_url: repository.web_url.clone(),
        branch: workspace.branch.clone(),
        directory: workspace.directory.clone(),
        mode: workspace.mode,
        resource_count,
        problem_count,
        created_at: workspace.created_at,
        updated_at: workspace.updated_at,
    };
    Resource::new(workspace.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with("repository", "repositories", repository.id)
        .with_option("integration", "integrations", repository.integration_id)
        .with_link("self", format!("/api/v2/git-workspaces/{}", workspace.id))
}

fn member(row: Member) -> Resource<GitWorkspaceResource> {
    let attributes = GitWorkspaceResource {
        pull_request: row.pull_request(),
        name: row.name,
        status: row.status,
        directory: row.directory,
        commit: row.kept_commit,
        branch: row.branch,
        branch_commit: row.branch_commit,
        change: row.change_id,
        problem: row.problem,
        updated_at: row.updated_at,
    };
    Resource::new(row.resource_id, attributes)
        .with("resource", "resources", row.resource_id)
        .with("git-workspace", "git-workspaces", row.git_workspace_id)
}
