//! Routes of uploads.

use axum::body::Body as RawBody;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::response::IntoResponse;
use slipway_api::app_sources::{AppSourceContents, AppSourceList, NewAppSourceList};
use slipway_api::deploys::AppSource as Wire;
use slipway_api::ids::AppId;
use slipway_api::{Code, Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, bounded, created, ok};
use slipway_kernel::routes;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};

use super::{listing, receiving, service};
use crate::apps;
use crate::permissions::APP_DEPLOY;
use crate::sources::{self, LIST_BYTES, Manifest};

pub(crate) fn routes() -> Routes {
    let lists = Routes::new()
        .routes(routes!(list_app_source))
        .layer(DefaultBodyLimit::max(LIST_BYTES));
    Routes::new()
        .merge(lists)
        .routes(routes!(upload_app_source))
        .routes(routes!(upload_app_source_contents))
}

/// List source of an app, to deploy it: everything in it with digests of the files. The answer names the contents that the app does not
/// have yet; once they are sent, the list's digest can be deployed. The same list again says what is still missing.
#[utoipa::path(post, path = "/api/v2/apps/{app}/source-lists", operation_id = "list_app_source", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewAppSourceList>,
    responses(
        (status = 201, body = Document<Resource<AppSourceList>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn list_app_source(ctx: Ctx, params: Params, request: Request) -> Result<impl IntoResponse> {
    // Before the bytes, as below.
    let app = apps::service::load(&ctx, params.get("app")?, APP_DEPLOY).await?;
    let body = Body::<NewAppSourceList>::from_request(request, &())
        .await
        .map_err(too_long)?;
    let entries = body.attributes()?.entries;
    let manifest = Manifest::of_entries(entries, &sources::limits())
        .map_err(|error| Error::invalid("/data/attributes/entries", sentence(&error.to_string())))?;
    let (source, missing) = listing::list(&ctx, &app, &manifest).await?;
    let attributes = AppSourceList {
        digest: source.digest,
        size: manifest.size(),
        files: manifest.files(),
        missing: missing.into_iter().map(String::from).collect(),
    };
    Ok(created(Resource::new(source.id, attributes)))
}

fn too_long(error: Error) -> Error {
    if error.code() != Code::TooLarge {
        return error;
    }
    let detail = format!("The list is larger than {LIST_BYTES} bytes. Upload an archive of the source instead.");
    Error::new(Code::TooLarge, detail)
}

/// Send contents of source that was listed, many in one request: of each a line with its SHA-256, a space and its size in bytes, then its
/// bytes; all of it may be compressed by gzip. What came before a request broke off is kept.
#[utoipa::path(post, path = "/api/v2/apps/{app}/source-lists/{digest}/contents", operation_id = "upload_app_source_contents", tag = "deploys",
    params(("app" = AppId, Path, description = "The app's id."), ("digest" = String, Path, description = "The digest of the list.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = Document<Resource<AppSourceContents>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 413, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.deploy"])))]
async fn upload_app_source_contents(ctx: Ctx, params: Params, body: RawBody) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_DEPLOY).await?;
    let digest: String = params.get("digest")?;
    let limit = ctx.settings.apps.source_bytes;
    let coming = bounded(body, limit, "What is sent at once", "apps.source-bytes");
    let received = receiving::receive(&ctx, &app, &digest, coming).await?;
    let attributes = AppSourceContents {
        digest,
        taken: received.taken,
        missing: received.missing,
    };
    Ok(ok(Resource::new(received.source.id, attributes)))
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
    // Before the bytes: whoever may not upload shall not fill the store.
    let app = apps::service::load(&ctx, params.get("app")?, APP_DEPLOY).await?;
    let limit = ctx.settings.apps.source_bytes;
    let coming = bounded(body, limit, "The source", "apps.source-bytes");
    let source = service::keep(&ctx, &app, coming).await?;
    let attributes = Wire {
        digest: source.digest,
        size: u64::try_from(source.size).unwrap_or_default(),
    };
    Ok(created(Resource::new(source.id, attributes)))
}
