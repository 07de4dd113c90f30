//! Configuration versions over HTTP, in TFE's shapes.

use axum::body::Body as RawBody;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse;
use slipway_api::configuration_versions::{ConfigurationVersion as Wire, NewConfigurationVersion};
use slipway_api::ids::{ConfigurationVersionId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::vcs::IngressAttributes;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{ConfigurationVersion, Status};
use super::service;
use crate::http::links::absolute;
use crate::permissions::RUN_READ;
use slipway_kernel::http::read_bounded;

pub(crate) fn routes() -> Routes {
    // The upload has a limit of its own, checked while it comes.
    let upload = Routes::new()
        .routes(routes!(upload_configuration_version))
        .layer(DefaultBodyLimit::disable());
    Routes::new()
        .routes(routes!(list_configuration_versions, create_configuration_version))
        .routes(routes!(get_configuration_version))
        .routes(routes!(download_configuration_version))
        .routes(routes!(get_ingress_attributes))
        .merge(upload)
}

/// List the configuration versions of a workspace, newest first.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/configuration-versions",
    operation_id = "list_configuration_versions", tag = "configuration-versions",
    params(("workspace" = WorkspaceId, Path), ("page[number]" = Option<u32>, Query),
        ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn list_configuration_versions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, params.get("workspace")?, &query.page).await?;
    Ok(list(query.document(
        listed,
        |row| row.id.to_string(),
        |row| resource(&ctx, row),
    )))
}

/// Create a configuration version; its files are then put to its `upload-url`.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/configuration-versions",
    operation_id = "create_configuration_version", tag = "configuration-versions",
    params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<NewConfigurationVersion>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.plan"])))]
async fn create_configuration_version(
    ctx: Ctx,
    params: Params,
    body: Body<NewConfigurationVersion>,
) -> Result<impl IntoResponse> {
    let wanted = body.0.data.attributes.unwrap_or_default();
    let version = service::create(&ctx, params.get("workspace")?, &wanted).await?;
    Ok(created(resource(&ctx, version)))
}

/// Get a configuration version.
#[utoipa::path(get, path = "/api/v2/configuration-versions/{configuration_version}",
    operation_id = "get_configuration_version", tag = "configuration-versions",
    params(("configuration_version" = ConfigurationVersionId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_configuration_version(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (version, _) = service::load(&ctx, params.get("configuration_version")?, RUN_READ).await?;
    Ok(ok(resource(&ctx, version)))
}

/// Upload the files of a configuration version: a gzipped tar. The same files again are a success.
#[utoipa::path(put, path = "/api/v2/configuration-versions/{configuration_version}/upload",
    operation_id = "upload_configuration_version", tag = "configuration-versions",
    params(("configuration_version" = ConfigurationVersionId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "The files are here and a run was started if it was wished"),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument), (status = 413, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.plan"])))]
async fn upload_configuration_version(ctx: Ctx, params: Params, body: RawBody) -> Result<StatusCode> {
    let id: ConfigurationVersionId = params.get("configuration_version")?;
    // Before the bytes: whoever may not upload shall not fill the server's memory.
    service::load(&ctx, id, crate::permissions::RUN_PLAN).await?;
    let limit = ctx.settings.limits.configuration_bytes;
    let content = read_bounded(body, limit, "The archive", "limits.configuration-bytes").await?;
    service::upload(&ctx, id, content).await?;
    Ok(StatusCode::OK)
}

/// Download the files of a configuration version: a gzipped tar.
#[utoipa::path(get, path = "/api/v2/configuration-versions/{configuration_version}/download",
    operation_id = "download_configuration_version", tag = "configuration-versions",
    params(("configuration_version" = ConfigurationVersionId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn download_configuration_version(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let content = service::download(&ctx, params.get("configuration_version")?).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], content))
}

/// Get the commit that a configuration version is made of.
#[utoipa::path(get, path = "/api/v2/configuration-versions/{configuration_version}/ingress-attributes",
    operation_id = "get_ingress_attributes", tag = "configuration-versions",
    params(("configuration_version" = ConfigurationVersionId, Path)),
    responses((status = 200, body = Document<Resource<IngressAttributes>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_ingress_attributes(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id: ConfigurationVersionId = params.get("configuration_version")?;
    let attributes = service::ingress_attributes(&ctx, id).await?;
    Ok(ok(Resource::new(id, attributes).with_link(
        "self",
        format!("/api/v2/configuration-versions/{id}/ingress-attributes"),
    )))
}

/// The configuration version on the wire.
pub(crate) fn resource(ctx: &Ctx, version: ConfigurationVersion) -> Resource<Wire> {
    let path = format!("/api/v2/configuration-versions/{}", version.id);
    let attributes = Wire {
        status: version.status.into(),
        source: version.source,
        speculative: version.speculative,
        auto_queue_runs: version.auto_queue_runs,
        error_message: version.error_message,
        size_bytes: version.size_bytes.and_then(|size| u64::try_from(size).ok()),
        upload_url: (version.status == Status::Pending).then(|| absolute(ctx, &format!("{path}/upload"))),
        created_at: version.created_at,
    };
    Resource::new(version.id, attributes)
        .with("workspace", "workspaces", version.workspace_id)
        .with_link("self", path.clone())
        .with_link("download", format!("{path}/download"))
}
