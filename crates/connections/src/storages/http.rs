//! Routes of storages.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{IntegrationId, StorageId};
use slipway_api::storages::{NewStorage, Storage as Wire, StorageChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Storage;
use super::service;
use super::store::Filter;
use crate::permissions::{STORAGE_DESTROY, STORAGE_READ, STORAGE_UPDATE};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_storages, create_storage))
        .routes(routes!(get_storage, update_storage, forget_storage))
        .routes(routes!(check_storage))
        .routes(routes!(repair_storage))
        .routes(routes!(retry_storage))
        .routes(routes!(destroy_storage))
}

/// What a block's `PATH` stands for is the caller's to say.
const PATH: &str = "PATH";

/// List the storages of an organization, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/storages", operation_id = "list_storages",
    tag = "storages",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[kind]" = Option<String>, Query, description = "`aws`, `azurerm` or `gcp`."),
        ("filter[status]" = Option<String>, Query, description = "`creating`, `ready`, `failed`, `destroying` or `destroyed`."),
        ("filter[integration]" = Option<IntegrationId>, Query, description = "The integration that buckets were made with."),
        ("search[name]" = Option<String>, Query, description = "Part of the name."),
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
    security(("token" = ["storage.read"])))]
async fn list_storages(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[kind]", "filter[status]", "filter[integration]", "search[name]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        kind: query.filter("filter[kind]"),
        status: query.filter("filter[status]"),
        integration: query.parsed_filter("filter[integration]")?,
        name: query.filter("search[name]"),
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    Ok(list(query.document(
        listed,
        |storage| storage.name.to_string(),
        |storage| resource(storage, &organization),
    )))
}

/// Create a storage: a bucket for states of other tools, which is made at a cloud soon. A bucket that is there already is not
/// taken over.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/storages", operation_id = "create_storage",
    tag = "storages",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewStorage>,
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
    security(("token" = ["storage.create"])))]
async fn create_storage(ctx: Ctx, params: Params, body: Body<NewStorage>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let storage = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = storage.version;
    Ok(created(resource(storage, &organization)).with_version(version))
}

/// Get a storage, with the block to keep a state in it.
#[utoipa::path(get, path = "/api/v2/storages/{storage}", operation_id = "get_storage", tag = "storages",
    params(("storage" = StorageId, Path, description = "The storage's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["storage.read"])))]
async fn get_storage(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let storage = service::load(&ctx, params.get("storage")?, STORAGE_READ).await?;
    let version = storage.version;
    Ok(ok(shown(&ctx, storage).await?).with_version(version))
}

/// Change the description and the labels of a storage.
#[utoipa::path(patch, path = "/api/v2/storages/{storage}", operation_id = "update_storage", tag = "storages",
    params(
        ("storage" = StorageId, Path, description = "The storage's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<StorageChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["storage.update"])))]
async fn update_storage(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<StorageChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let storage = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = storage.version;
    Ok(ok(shown(&ctx, storage).await?).with_version(version))
}

/// Forget a storage. Its bucket stays as it is, with all that is in it.
#[utoipa::path(delete, path = "/api/v2/storages/{storage}", operation_id = "forget_storage", tag = "storages",
    params(
        ("storage" = StorageId, Path, description = "The storage's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["storage.destroy"])))]
async fn forget_storage(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_DESTROY).await?;
    require_unchanged(&headers, seen.version)?;
    service::forget(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look whether the bucket of a storage is there and as it should be. Nothing is changed.
#[utoipa::path(post, path = "/api/v2/storages/{storage}/actions/check", operation_id = "check_storage", tag = "storages",
    params(("storage" = StorageId, Path, description = "The storage's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["storage.update"])))]
async fn check_storage(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_UPDATE).await?;
    Ok(ok(shown(&ctx, service::check(&ctx, &seen).await?).await?))
}

/// Have set right in what the bucket of a storage differs from what it should be.
#[utoipa::path(post, path = "/api/v2/storages/{storage}/actions/repair", operation_id = "repair_storage", tag = "storages",
    params(("storage" = StorageId, Path, description = "The storage's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["storage.update"])))]
async fn repair_storage(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_UPDATE).await?;
    Ok(ok(shown(&ctx, service::repair(&ctx, &seen).await?).await?))
}

/// Have tried again what did not succeed. To try a removal again takes the permission to destroy.
#[utoipa::path(post, path = "/api/v2/storages/{storage}/actions/retry", operation_id = "retry_storage", tag = "storages",
    params(("storage" = StorageId, Path, description = "The storage's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["storage.update"])))]
async fn retry_storage(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_READ).await?;
    Ok(ok(shown(&ctx, service::retry(&ctx, &seen).await?).await?))
}

/// Have the bucket of a storage removed, if nothing is in it, no old version either.
#[utoipa::path(post, path = "/api/v2/storages/{storage}/actions/destroy", operation_id = "destroy_storage", tag = "storages",
    params(("storage" = StorageId, Path, description = "The storage's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["storage.destroy"])))]
async fn destroy_storage(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("storage")?, STORAGE_DESTROY).await?;
    Ok(ok(shown(&ctx, service::destroy(&ctx, &seen).await?).await?))
}

async fn shown(ctx: &Ctx, storage: Storage) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, storage.organization_id).await?;
    Ok(resource(storage, &organization))
}

fn resource(storage: Storage, organization: &Organization) -> Resource<Wire> {
    let attributes = Wire {
        name: storage.name,
        description: storage.description,
        labels: storage.labels.0,
        backend: storage.place.0.backend(PATH),
        place: storage.place.0,
        status: storage.status,
        task: storage.task,
        is_working: storage.is_working,
        problem: storage.problem,
        differences: storage.differences.0,
        checked_at: storage.checked_at,
        created_by: storage.created_by,
        created_at: storage.created_at,
        updated_at: storage.updated_at,
    };
    Resource::new(storage.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with("integration", "integrations", storage.integration_id)
        .with_link("self", format!("/api/v2/storages/{}", storage.id))
}
