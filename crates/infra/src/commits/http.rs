//! What a commit would start, over HTTP.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::RepositoryId;
use slipway_api::jsonapi::{ErrorDocument, ListDocument, Resource};
use slipway_api::vcs::AffectedWorkspace;
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::http::listing::page_of_known;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(list_affected_workspaces))
}

const KNOWN: Known = Known {
    filters: &["branch"],
    sorts: &[],
    includes: &[],
};

/// List the workspaces that a commit concerns, with what a push of it would start and why.
///
/// The commit is compared with its first parent. Only workspaces that the caller may see are listed.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/commits/{commit}/affected",
    operation_id = "list_affected_workspaces", tag = "repositories",
    params(("repository" = RepositoryId, Path), ("commit" = String, Path, description = "A commit, branch or tag"),
        ("branch" = Option<String>, Query, description = "The branch it would be pushed to; the default one when absent"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<AffectedWorkspace>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument)),
    security(("token" = ["repository.read"])))]
async fn list_affected_workspaces(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let repository: RepositoryId = params.get("repository")?;
    let commit: String = params.get("commit")?;
    let found = service::would_start(&ctx, repository, &commit, query.filter("branch")).await?;
    let data = found.into_iter().map(|(id, shown)| Resource::new(id, shown)).collect();
    Ok(list(page_of_known(&uri, KNOWN, data)?))
}
