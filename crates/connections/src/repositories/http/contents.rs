//! Routes of what is in a repository.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::RepositoryId;
use slipway_api::repositories::{RepositoryCommit, RepositoryFile, RepositoryRef, RepositoryRoot, RepositoryTree};
use slipway_api::{Document, ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::counted;
use crate::repositories::reading;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_repository_branches))
        .routes(routes!(list_repository_tags))
        .routes(routes!(get_repository_tree))
        .routes(routes!(get_repository_file))
        .routes(routes!(list_repository_commits))
        .routes(routes!(list_repository_roots))
}

/// List the branches of a repository.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/branches", operation_id = "list_repository_branches",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("search[name]" = Option<String>, Query, description = "Part of the name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<RepositoryRef>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn list_repository_branches(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    list_refs(&ctx, params.get("repository")?, reading::BRANCHES, &uri).await
}

/// List the tags of a repository.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/tags", operation_id = "list_repository_tags",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("search[name]" = Option<String>, Query, description = "Part of the name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<RepositoryRef>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn list_repository_tags(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    list_refs(&ctx, params.get("repository")?, reading::TAGS, &uri).await
}

async fn list_refs(ctx: &Ctx, id: RepositoryId, prefix: &'static str, uri: &Uri) -> Result<impl IntoResponse + use<>> {
    let known = Known {
        filters: &["search[name]"],
        ..Known::default()
    };
    let query = ListQuery::parse(uri, known)?;
    let text = query.filter("search[name]").unwrap_or_default();
    let (repository, listed) = reading::list_refs(ctx, id, (prefix, text), &query.page).await?;
    let short = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let is_default = |name: &str| prefix == reading::BRANCHES && repository.default_branch.as_deref() == Some(name);
    let document = query.document(
        listed,
        |row| short(&row.name),
        |row| {
            let name = short(&row.name);
            let attributes = RepositoryRef {
                is_default: is_default(&name),
                name,
                commit: row.target,
            };
            Resource::new(row.name, attributes)
        },
    );
    Ok(list(document))
}

/// Get what is in a directory of a repository.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/tree", operation_id = "get_repository_tree",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("path" = Option<String>, Query, description = "The directory; the top when absent."),
    ),
    responses(
        (status = 200, body = Document<Resource<RepositoryTree>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn get_repository_tree(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = place(&uri)?;
    let id = params.get("repository")?;
    let tree = reading::tree(&ctx, id, query.filter("ref"), query.filter("path")).await?;
    Ok(ok(Resource::new(format!("{}:{}", tree.commit, tree.path), tree)))
}

/// Get a file of a repository, of at most 1 MiB.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/file", operation_id = "get_repository_file",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("path" = String, Query, description = "Where the file is."),
    ),
    responses(
        (status = 200, body = Document<Resource<RepositoryFile>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn get_repository_file(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = place(&uri)?;
    let id = params.get("repository")?;
    let path = query.filter("path").filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| Error::malformed_parameter("path", "Say which file is wanted.".to_owned()))?;
    let file = reading::file(&ctx, id, query.filter("ref"), path).await?;
    Ok(ok(Resource::new(format!("{}:{}", file.commit, file.path), file)))
}

fn place(uri: &Uri) -> Result<ListQuery> {
    let known = Known {
        filters: &["ref", "path"],
        ..Known::default()
    };
    ListQuery::parse(uri, known)
}

/// List the commits of a branch, tag or commit, newest first. Go on with `page[after]`.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/commits", operation_id = "list_repository_commits",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<RepositoryCommit>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn list_repository_commits(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["ref"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let found = reading::commits(&ctx, params.get("repository")?, query.filter("ref"), &query.page).await?;
    let document = query.document(
        counted(found),
        |(id, _)| id.to_string(),
        |(id, commit)| Resource::new(id, commit),
    );
    Ok(list(document))
}

/// List the directories of a repository that a workspace can run in, those with a backend first.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/roots", operation_id = "list_repository_roots",
    tag = "repositories",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<RepositoryRoot>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn list_repository_roots(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["ref"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let found = reading::list_roots(&ctx, params.get("repository")?, query.filter("ref")).await?;
    let total = u64::try_from(found.len()).unwrap_or_default();
    let after = query.page.after.as_deref();
    let place = |after: &str| {
        found
            .iter()
            .position(|root| root_id(root) == after)
            .map(|place| place + 1)
    };
    let skipped = match after {
        Some(after) => place(after).unwrap_or(found.len()),
        None => usize::try_from(query.page.offset()).unwrap_or(usize::MAX),
    };
    let shown = usize::try_from(query.page.limit()).unwrap_or(usize::MAX);
    let mut listed = counted(found.into_iter().skip(skipped).take(shown).collect());
    listed.total = total;
    let resource = |root: RepositoryRoot| Resource::new(root_id(&root).to_owned(), root);
    let document = query.document(listed, |root| root_id(root).to_owned(), resource);
    Ok(list(document))
}

/// Its directory; `.` for the top.
fn root_id(root: &RepositoryRoot) -> &str {
    if root.path.is_empty() { "." } else { &root.path }
}
