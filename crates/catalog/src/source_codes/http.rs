//! Routes of source codes.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{RepositoryId, SourceCodeId};
use slipway_api::source_codes::{
    NewSourceCode, SourceCode as Wire, SourceCodeChanges, SourceCodeInterface, SourceCodeModule,
    SourceCodeSynchronization,
};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_connections::repositories::{self, Repository};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::SourceCode;
use super::service;
use super::store::Filter;
use crate::permissions::{SOURCE_CODE_MANAGE, SOURCE_CODE_READ};
use crate::uses::{self, Counts};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_source_codes, create_source_code))
        .routes(routes!(get_source_code, update_source_code, delete_source_code))
        .routes(routes!(list_source_code_modules))
        .routes(routes!(get_source_code_interface))
        .routes(routes!(synchronize_source_code))
}

/// List the source codes of an organization, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/source-codes", operation_id = "list_source_codes",
    tag = "source codes",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the description or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[repository]" = Option<RepositoryId>, Query, description = "Of this repository."),
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
    security(("token" = ["catalog.source-code.read"])))]
async fn list_source_codes(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["search[text]", "filter[label]", "filter[repository]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        repository: query.parsed_filter("filter[repository]")?,
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let (total, cursors): (u64, Vec<String>) = (
        listed.total,
        listed.rows.iter().map(|row| row.name.to_string()).collect(),
    );
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

/// Create a source code of any repository, or of one that an integration opens. The repository is connected if it is not yet.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/source-codes", operation_id = "create_source_code",
    tag = "source codes",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewSourceCode>,
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
    security(("token" = ["catalog.source-code.manage"])))]
async fn create_source_code(ctx: Ctx, params: Params, body: Body<NewSourceCode>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let source_code = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = source_code.version;
    Ok(created(shown(&ctx, source_code).await?).with_version(version))
}

/// Get a source code.
#[utoipa::path(get, path = "/api/v2/source-codes/{source_code}", operation_id = "get_source_code",
    tag = "source codes",
    params(("source_code" = SourceCodeId, Path, description = "The source code's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.source-code.read"])))]
async fn get_source_code(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let source_code = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_READ).await?;
    let version = source_code.version;
    Ok(ok(shown(&ctx, source_code).await?).with_version(version))
}

/// Change a source code. Which repository it is never changes.
#[utoipa::path(patch, path = "/api/v2/source-codes/{source_code}", operation_id = "update_source_code",
    tag = "source codes",
    params(
        ("source_code" = SourceCodeId, Path, description = "The source code's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<SourceCodeChanges>,
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
    security(("token" = ["catalog.source-code.manage"])))]
async fn update_source_code(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<SourceCodeChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let source_code = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = source_code.version;
    Ok(ok(shown(&ctx, source_code).await?).with_version(version))
}

/// Delete a source code that no version is made of and no executor runs.
#[utoipa::path(delete, path = "/api/v2/source-codes/{source_code}", operation_id = "delete_source_code",
    tag = "source codes",
    params(
        ("source_code" = SourceCodeId, Path, description = "The source code's id."),
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
    security(("token" = ["catalog.source-code.manage"])))]
async fn delete_source_code(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the directories of a source code that have a module, with what each declares.
#[utoipa::path(get, path = "/api/v2/source-codes/{source_code}/modules", operation_id = "list_source_code_modules",
    tag = "source codes",
    params(
        ("source_code" = SourceCodeId, Path, description = "The source code's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<SourceCodeModule>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["catalog.source-code.read"])))]
async fn list_source_code_modules(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let source_code = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_READ).await?;
    let known = Known {
        filters: &["ref"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let found = service::modules(&ctx, &source_code, query.filter("ref")).await?;
    let listed = Listed::of_all(found, &query.page, |module| module_id(module).to_owned());
    let document = query.document(
        listed,
        |module| module_id(module).to_owned(),
        |module| Resource::new(module_id(&module).to_owned(), module),
    );
    Ok(list(document))
}

/// Its directory; `.` for the top.
fn module_id(module: &SourceCodeModule) -> &str {
    if module.directory.is_empty() {
        "."
    } else {
        &module.directory
    }
}

/// Get what a module of a source code takes and gives, and what is wrong with its files.
#[utoipa::path(get, path = "/api/v2/source-codes/{source_code}/interface", operation_id = "get_source_code_interface",
    tag = "source codes",
    params(
        ("source_code" = SourceCodeId, Path, description = "The source code's id."),
        ("ref" = Option<String>, Query, description = "A branch, tag or commit; the default branch when absent."),
        ("directory" = Option<String>, Query, description = "The module's directory; the top when absent."),
    ),
    responses(
        (status = 200, body = Document<Resource<SourceCodeInterface>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["catalog.source-code.read"])))]
async fn get_source_code_interface(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let source_code = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_READ).await?;
    let known = Known {
        filters: &["ref", "directory"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let directory = query.filter("directory").unwrap_or_default();
    let found = service::interface(&ctx, &source_code, query.filter("ref"), directory).await?;
    Ok(ok(Resource::new(source_code.id, found)))
}

/// Fetch the repository of a source code now, and say which branches and tags came, moved and went.
#[utoipa::path(post, path = "/api/v2/source-codes/{source_code}/actions/synchronize",
    operation_id = "synchronize_source_code", tag = "source codes",
    params(("source_code" = SourceCodeId, Path, description = "The source code's id.")),
    responses(
        (status = 200, body = Document<Resource<SourceCodeSynchronization>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["catalog.source-code.manage"])))]
async fn synchronize_source_code(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let source_code = service::load(&ctx, params.get("source_code")?, SOURCE_CODE_MANAGE).await?;
    let found = service::synchronize(&ctx, &source_code).await?;
    Ok(ok(Resource::new(source_code.id, found)))
}

async fn shown(ctx: &Ctx, source_code: SourceCode) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, source_code.organization_id).await?;
    let mut shown = resources(ctx, &organization, vec![source_code]).await?;
    shown
        .pop()
        .ok_or_else(|| Error::internal("one source code was not shown"))
}

/// Source codes with their repositories and with what uses them, in two queries for all.
async fn resources(
    ctx: &Ctx,
    organization: &Organization,
    source_codes: Vec<SourceCode>,
) -> Result<Vec<Resource<Wire>>> {
    let ids: Vec<String> = source_codes.iter().map(|row| row.id.to_string()).collect();
    let mut counts = uses::counts(ctx, organization.id, &ids).await?;
    let ids: Vec<RepositoryId> = source_codes.iter().map(|row| row.repository_id).collect();
    let all = repositories::service::all(ctx, &ids).await?;
    let all: HashMap<RepositoryId, Repository> = all.into_iter().map(|row| (row.id, row)).collect();
    let shown = source_codes.into_iter().filter_map(|source_code| {
        let uses = counts.remove(&source_code.id.to_string()).unwrap_or_default();
        Some(resource(
            &source_code,
            all.get(&source_code.repository_id)?,
            organization,
            uses,
        ))
    });
    Ok(shown.collect())
}

fn resource(
    source_code: &SourceCode,
    repository: &Repository,
    organization: &Organization,
    used_by: Counts,
) -> Resource<Wire> {
    let attributes = Wire {
        name: source_code.name.clone(),
        description: source_code.description.clone(),
        labels: source_code.labels().map(str::to_owned).collect(),
        repository: repository.full_name.clone(),
        address: repository.address.clone(),
        web_url: repository.web_url.clone(),
        default_branch: repository.default_branch.clone(),
        status: repository.status.as_str().to_owned(),
        error: repository.error.clone(),
        synchronized_at: repository.synchronized_at,
        used_by,
        created_at: source_code.created_at,
        updated_at: source_code.updated_at,
    };
    Resource::new(source_code.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with("repository", "repositories", repository.id)
        .with_option("integration", "integrations", repository.integration_id)
        .with_link("self", format!("/api/v2/source-codes/{}", source_code.id))
}
