//! Pull requests over HTTP.

use std::collections::HashMap;

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::{OrganizationId, PullRequestId, RepositoryId, WorkspaceId};
use slipway_api::pull_requests::{PullRequest as Wire, PullRequestPlan, PullRequestState, PullRequestWorkspace};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, Resource};
use slipway_connections::permissions::REPOSITORY_READ;
use slipway_connections::repositories;
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Params, Plain, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{PullRequest, State};
use super::reading;
use super::store::Filter;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_pull_requests))
        .routes(routes!(list_repository_pull_requests))
        .routes(routes!(get_pull_request))
        .routes(routes!(plan_pull_request))
        .routes(routes!(allow_pull_request))
}

const KNOWN: Known = Known {
    filters: &[
        "filter[state]",
        "filter[author]",
        "filter[repository]",
        "filter[workspace]",
    ],
    sorts: &[],
    includes: &[],
};
const KNOWN_OF_REPOSITORY: Known = Known {
    filters: &["filter[state]", "filter[author]", "filter[workspace]"],
    sorts: &[],
    includes: &[],
};

/// List the pull requests to an organization's repositories, the newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/pull-requests", operation_id = "list_pull_requests",
    tag = "pull-requests",
    params(("organization" = Name, Path, description = "The organization's name."),
        ("filter[state]" = Option<String>, Query, description = "`open`, `draft`, `merged` or `closed`."),
        ("filter[author]" = Option<String>, Query, description = "Opened by this account of the forge."),
        ("filter[repository]" = Option<RepositoryId>, Query, description = "To this repository."),
        ("filter[workspace]" = Option<WorkspaceId>, Query, description = "That concern this workspace."),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["repository.read"])))]
async fn list_pull_requests(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let mut filter = filter(&query, organization.id)?;
    filter.repository = query.parsed_filter("filter[repository]")?;
    Ok(list(page(&ctx, &query, &filter).await?))
}

/// List the pull requests to a repository, the newest first.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/pull-requests",
    operation_id = "list_repository_pull_requests", tag = "pull-requests",
    params(("repository" = RepositoryId, Path, description = "The repository's id."),
        ("filter[state]" = Option<String>, Query, description = "`open`, `draft`, `merged` or `closed`."),
        ("filter[author]" = Option<String>, Query, description = "Opened by this account of the forge."),
        ("filter[workspace]" = Option<WorkspaceId>, Query, description = "That concern this workspace."),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["repository.read"])))]
async fn list_repository_pull_requests(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let repository = repositories::service::load(&ctx, params.get("repository")?, REPOSITORY_READ).await?;
    let query = ListQuery::parse(&uri, KNOWN_OF_REPOSITORY)?;
    let mut filter = filter(&query, repository.organization_id)?;
    filter.repository = Some(repository.id);
    Ok(list(page(&ctx, &query, &filter).await?))
}

/// Get a pull request with what it changes in each workspace.
#[utoipa::path(get, path = "/api/v2/pull-requests/{pull_request}", operation_id = "get_pull_request",
    tag = "pull-requests", params(("pull_request" = PullRequestId, Path, description = "The pull request's id.")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["repository.read"])))]
async fn get_pull_request(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (request, _) = reading::load(&ctx, params.get("pull_request")?).await?;
    Ok(ok(shown(&ctx, request).await?))
}

/// Plan a pull request again with the branches as they are now, as `slipway plan` in a comment does.
#[utoipa::path(post, path = "/api/v2/pull-requests/{pull_request}/actions/plan", operation_id = "plan_pull_request",
    tag = "pull-requests", params(("pull_request" = PullRequestId, Path, description = "The pull request's id.")),
    request_body = PullRequestPlan,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument), (status = 503, body = ErrorDocument)),
    security(("token" = ["workspace.run.plan"])))]
async fn plan_pull_request(ctx: Ctx, params: Params, body: Plain<PullRequestPlan>) -> Result<impl IntoResponse> {
    let request = reading::plan(&ctx, params.get("pull_request")?, &body.0.workspaces).await?;
    Ok(ok(shown(&ctx, request).await?))
}

/// Let the newest commit of a fork be planned, without secrets, as `slipway allow` in a comment does.
#[utoipa::path(post, path = "/api/v2/pull-requests/{pull_request}/actions/allow", operation_id = "allow_pull_request",
    tag = "pull-requests", params(("pull_request" = PullRequestId, Path, description = "The pull request's id.")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument)),
    security(("token" = ["workspace.run.plan"])))]
async fn allow_pull_request(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let request = reading::allow(&ctx, params.get("pull_request")?).await?;
    Ok(ok(shown(&ctx, request).await?))
}

fn filter<'a>(query: &'a ListQuery, organization: OrganizationId) -> Result<Filter<'a>> {
    Ok(Filter {
        organization,
        repository: None,
        workspace: query.parsed_filter("filter[workspace]")?,
        state: query.filter("filter[state]").map(state).transpose()?,
        author: query.filter("filter[author]"),
    })
}

fn state(text: &str) -> Result<PullRequestState> {
    use PullRequestState::{Closed, Draft, Merged, Open};
    let found = [Open, Draft, Merged, Closed]
        .into_iter()
        .find(|state| state.as_str() == text);
    found.ok_or_else(|| {
        let detail = "It is `open`, `draft`, `merged` or `closed`.".to_owned();
        Error::malformed_parameter("filter[state]", detail)
    })
}

async fn page(ctx: &Ctx, query: &ListQuery, filter: &Filter<'_>) -> Result<ListDocument<Resource<Wire>>> {
    let listed = reading::list(ctx, filter, &query.page).await?;
    let mut workspaces = reading::workspaces_of(ctx, &listed.rows).await?;
    Ok(query.document(
        listed,
        |request| request.id.to_string(),
        |request| resource(request, &mut workspaces),
    ))
}

async fn shown(ctx: &Ctx, request: PullRequest) -> Result<Resource<Wire>> {
    let mut workspaces = reading::workspaces_of(ctx, std::slice::from_ref(&request)).await?;
    Ok(resource(request, &mut workspaces))
}

fn resource(
    request: PullRequest,
    workspaces: &mut HashMap<PullRequestId, Vec<PullRequestWorkspace>>,
) -> Resource<Wire> {
    let (id, repository) = (request.id, request.repository_id);
    let state = match request.state {
        State::Open if request.is_draft => PullRequestState::Draft,
        State::Open => PullRequestState::Open,
        State::Merged => PullRequestState::Merged,
        State::Ending | State::Closed => PullRequestState::Closed,
    };
    let attributes = Wire {
        number: u64::try_from(request.number).unwrap_or(0),
        state,
        is_waiting_for_allow: request.state == State::Open && !request.is_allowed(),
        allowed_by: request.allowed_by.clone().filter(|_| request.is_allowed()),
        title: request.title,
        url: request.url,
        author: request.author,
        head_branch: request.head_branch,
        head_commit: request.head_commit,
        base_branch: request.base_branch,
        is_fork: request.is_fork,
        conflicts: request.conflicts.map(|files| files.0).unwrap_or_default(),
        note: request.note,
        workspaces: workspaces.remove(&id).unwrap_or_default(),
        created_at: request.created_at,
        updated_at: request.updated_at,
    };
    Resource::new(id, attributes)
        .with("repository", "repositories", repository)
        .with_link("self", format!("/api/v2/pull-requests/{id}"))
}
