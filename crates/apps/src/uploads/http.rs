//! Routes of uploads.

use axum::body::Body as RawBody;
use axum::response::IntoResponse;
use slipway_api::deploys::AppSource as Wire;
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, Resource};
use slipway_kernel::http::{Params, Routes, created, read_bounded};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service;
use crate::apps;
use crate::permissions::APP_DEPLOY;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(upload_app_source))
}

/// Upload source of an app, to deploy it: a gzipped tar of a folder. The same archive again is the same upload.
#[utoipa::path(post, path = "/api/v2/apps/{app}/sources", operation_id = "upload_app_source", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn upload_app_source(ctx: Ctx, params: Params, body: RawBody) -> Result<impl IntoResponse> {
    // Before the bytes: whoever may not upload shall not fill the server's memory.
    let app = apps::service::load(&ctx, params.get("app")?, APP_DEPLOY).await?;
    let limit = ctx.settings.apps.source_bytes;
    let content = read_bounded(body, limit, "The source", "apps.source-bytes").await?;
    let source = service::keep(&ctx, &app, content).await?;
    let attributes = Wire {
        digest: source.digest,
        size: u64::try_from(source.size).unwrap_or_default(),
    };
    Ok(created(Resource::new(source.id, attributes)))
}
