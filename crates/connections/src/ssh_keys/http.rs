//! Routes of SSH keys, as Terraform Enterprise has them.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::SshKeyId;
use slipway_api::ssh_keys::{NewSshKey, SshKey as Wire, SshKeyChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::SshKey;
use super::service;
use crate::permissions::INTEGRATION_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_ssh_keys, create_ssh_key))
        .routes(routes!(get_ssh_key, update_ssh_key, delete_ssh_key))
}

/// List the SSH keys of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/ssh-keys", operation_id = "list_ssh_keys",
    tag = "SSH keys",
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
    security(("token" = ["integration.read"])))]
async fn list_ssh_keys(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    Ok(list(query.document(listed, |key| key.name.to_string(), resource)))
}

/// Keep a private key, which opens repositories of modules.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/ssh-keys", operation_id = "create_ssh_key",
    tag = "SSH keys",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewSshKey>,
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
    security(("token" = ["integration.manage"])))]
async fn create_ssh_key(ctx: Ctx, params: Params, body: Body<NewSshKey>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let key = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = key.version;
    Ok(created(resource(key)).with_version(version))
}

/// Get an SSH key, without the private key.
#[utoipa::path(get, path = "/api/v2/ssh-keys/{ssh_key}", operation_id = "get_ssh_key", tag = "SSH keys",
    params(("ssh_key" = SshKeyId, Path, description = "The SSH key's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn get_ssh_key(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let key = service::load(&ctx, params.get("ssh_key")?, INTEGRATION_READ).await?;
    let version = key.version;
    Ok(ok(resource(key)).with_version(version))
}

/// Change the name of an SSH key, or exchange the private key.
#[utoipa::path(patch, path = "/api/v2/ssh-keys/{ssh_key}", operation_id = "update_ssh_key", tag = "SSH keys",
    params(
        ("ssh_key" = SshKeyId, Path, description = "The SSH key's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<SshKeyChanges>,
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
    security(("token" = ["integration.manage"])))]
async fn update_ssh_key(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<SshKeyChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("ssh_key")?, INTEGRATION_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let key = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = key.version;
    Ok(ok(resource(key)).with_version(version))
}

/// Delete an SSH key that nothing uses.
#[utoipa::path(delete, path = "/api/v2/ssh-keys/{ssh_key}", operation_id = "delete_ssh_key", tag = "SSH keys",
    params(("ssh_key" = SshKeyId, Path, description = "The SSH key's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn delete_ssh_key(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("ssh_key")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(key: SshKey) -> Resource<Wire> {
    let attributes = Wire {
        name: key.name,
        algorithm: key.algorithm,
        fingerprint: key.fingerprint,
        created_at: key.created_at,
    };
    Resource::new(key.id, attributes).with_link("self", format!("/api/v2/ssh-keys/{}", key.id))
}
