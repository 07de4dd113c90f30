//! Routes of repositories themselves.

use std::collections::HashMap;

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{IntegrationId, RepositoryId};
use slipway_api::repositories::{NewRepository, Repository as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::permissions::{REPOSITORY_READ, WEBHOOK_MANAGE};
use crate::repositories::model::{Repository, RepositoryStatus};
use crate::repositories::service::{self, Wanted};
use crate::repositories::store::Filter;
use crate::uses::{self, Counts};
use crate::webhooks::model::HookState;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_repositories, create_repository))
        .routes(routes!(get_repository, delete_repository))
        .routes(routes!(synchronize_repository))
}

/// List the repositories that an organization uses.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/repositories", operation_id = "list_repositories",
    tag = "repositories",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[integration]" = Option<IntegrationId>, Query, description = "Opened by this integration."),
        ("filter[status]" = Option<String>, Query, description = "`ok`, `unreachable`, `refused` or `gone`."),
        ("search[name]" = Option<String>, Query, description = "Part of the full name."),
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
    security(("token" = ["repository.read"])))]
async fn list_repositories(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[integration]", "filter[status]", "search[name]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        name: query.filter("search[name]"),
        integration: query.parsed_filter("filter[integration]")?,
        status: query.filter("filter[status]").map(status).transpose()?,
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let ids = listed.rows.iter().map(|row| row.id);
    let hooks = crate::webhooks::store::of_repositories(ctx.db.reader(), ids).await?;
    let states: HashMap<RepositoryId, HookState> = hooks.iter().map(|hook| (hook.repository_id, hook.state)).collect();
    let ids: Vec<String> = listed.rows.iter().map(|row| row.id.to_string()).collect();
    let mut counts = uses::counts(&ctx, organization.id, &ids).await?;
    let cursor = |row: &Repository| format!("{}\n{}", row.full_name, row.id);
    let document = query.document(listed, cursor, |row| {
        let state = states.get(&row.id).copied();
        let uses = counts.remove(&row.id.to_string()).unwrap_or_default();
        resource(row, state, uses)
    });
    Ok(list(document))
}

fn status(text: &str) -> Result<RepositoryStatus> {
    use RepositoryStatus::{Gone, Ok, Refused, Unreachable};
    let all = [Ok, Unreachable, Refused, Gone];
    let found = all.into_iter().find(|status| status.as_str() == text);
    found.ok_or_else(|| {
        Error::malformed_parameter(
            "filter[status]",
            "It is `ok`, `unreachable`, `refused` or `gone`.".to_owned(),
        )
    })
}

/// Connect a repository, so that its files can be looked at and workspaces come from it. One that is connected already is
/// given back.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/repositories", operation_id = "create_repository",
    tag = "repositories",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewRepository>,
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
    security(("token" = ["integration.use"])))]
async fn create_repository(ctx: Ctx, params: Params, body: Body<NewRepository>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let new = body.attributes()?;
    let wanted = Wanted {
        integration: new.integration_id,
        identifier: new.identifier,
    };
    let repository = service::ensure(&ctx, organization.id, &wanted).await?;
    Ok(created(shown(&ctx, repository).await?))
}

/// Get a repository.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}", operation_id = "get_repository", tag = "repositories",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn get_repository(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let repository = service::load(&ctx, params.get("repository")?, REPOSITORY_READ).await?;
    Ok(ok(shown(&ctx, repository).await?))
}

/// Forget a repository that nothing comes from, with its mirror and its webhook.
#[utoipa::path(delete, path = "/api/v2/repositories/{repository}", operation_id = "delete_repository",
    tag = "repositories",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.use"])))]
async fn delete_repository(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let repository = service::load(&ctx, params.get("repository")?, REPOSITORY_READ).await?;
    service::disconnect(&ctx, &repository).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fetch a repository now, and start what its changes start.
#[utoipa::path(post, path = "/api/v2/repositories/{repository}/actions/synchronize",
    operation_id = "synchronize_repository", tag = "repositories",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["webhook.manage"])))]
async fn synchronize_repository(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let repository = service::load(&ctx, params.get("repository")?, WEBHOOK_MANAGE).await?;
    service::synchronize(&ctx, &repository, &[]).await?;
    let repository = service::get(&ctx, repository.id).await?;
    Ok(ok(shown(&ctx, repository).await?))
}

async fn shown(ctx: &Ctx, repository: Repository) -> Result<Resource<Wire>> {
    let hook = crate::webhooks::store::of_repository(ctx.db.reader(), repository.id).await?;
    let id = repository.id.to_string();
    let mut counts = uses::counts(ctx, repository.organization_id, std::slice::from_ref(&id)).await?;
    let uses = counts.remove(&id).unwrap_or_default();
    Ok(resource(repository, hook.map(|hook| hook.state), uses))
}

fn resource(repository: Repository, hook: Option<HookState>, uses: Counts) -> Resource<Wire> {
    let attributes = Wire {
        full_name: repository.full_name,
        address: repository.address,
        web_url: repository.web_url,
        default_branch: repository.default_branch,
        status: repository.status.as_str().to_owned(),
        error: repository.error,
        webhook: hook.map(|state| state.as_str().to_owned()),
        synchronized_at: repository.synchronized_at,
        next_look_at: repository.look_at,
        used_by: uses,
        created_at: repository.created_at,
    };
    let link = format!("/api/v2/repositories/{}", repository.id);
    Resource::new(repository.id, attributes)
        .with_option("integration", "integrations", repository.integration_id)
        .with_link("self", link)
}
