//! The code of a resource over HTTP.

use axum::http::header;
use axum::response::IntoResponse;
use slipway_api::ErrorDocument;
use slipway_api::ids::ResourceId;
use slipway_kernel::http::{Params, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(download_resource_code))
}

/// Download a resource as a plain OpenTofu project: a gzipped tar without secrets. The download is recorded.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/code", operation_id = "download_resource_code", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn download_resource_code(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (resource, bytes) = service::download(&ctx, params.get("resource")?).await?;
    // Names have letters, digits, `-` and `_` only.
    let disposition = format!("attachment; filename=\"{}.tar.gz\"", resource.name);
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes))
}
