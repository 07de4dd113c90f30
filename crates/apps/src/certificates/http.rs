//! Routes of certificates.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::domains::{AppCertificate as Wire, NewAppCertificate};
use slipway_api::ids::{AppCertificateId, AppId};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Certificate, chosen};
use super::service;
use crate::apps;
use crate::permissions::APP_READ;
use crate::running::routing;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_certificates, create_app_certificate))
        .routes(routes!(delete_app_certificate))
}

/// List the certificates of an app; never their keys.
#[utoipa::path(get, path = "/api/v2/apps/{app}/certificates", operation_id = "list_app_certificates", tag = "domains",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_app_certificates(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let all = service::list(&ctx, app.id).await?;
    let hosts = routing::hosts(&ctx, &app).await?;
    let listed = Listed::of_all(all.clone(), &query.page, |one| one.id.to_string());
    Ok(list(query.document(
        listed,
        |one| one.id.to_string(),
        |one| resource(&ctx, one, (&hosts, &all)),
    )))
}

/// Upload a certificate with its key. It is shown for every host of the app that it proves, as soon as it is kept.
#[utoipa::path(post, path = "/api/v2/apps/{app}/certificates", operation_id = "create_app_certificate", tag = "domains",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewAppCertificate>,
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
    security(("token" = ["app.update.routing"])))]
async fn create_app_certificate(ctx: Ctx, params: Params, body: Body<NewAppCertificate>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let certificate = service::upload(&ctx, &app, body.attributes()?).await?;
    let (hosts, all) = (routing::hosts(&ctx, &app).await?, service::list(&ctx, app.id).await?);
    Ok(created(resource(&ctx, certificate, (&hosts, &all))))
}

/// Remove a certificate: it is not shown any more.
#[utoipa::path(delete, path = "/api/v2/app-certificates/{app_certificate}", operation_id = "delete_app_certificate",
    tag = "domains",
    params(("app_certificate" = AppCertificateId, Path, description = "The certificate's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.update.routing"])))]
async fn delete_app_certificate(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::remove(&ctx, params.get("app_certificate")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(ctx: &Ctx, one: Certificate, (hosts, all): (&[String], &[Certificate])) -> Resource<Wire> {
    let is_shown = |host: &&String| chosen(host, all, ctx.now()).is_some_and(|shown| shown.id == one.id);
    let attributes = Wire {
        origin: one.origin,
        names: one.names().map(str::to_owned).collect(),
        hosts: hosts.iter().filter(is_shown).cloned().collect(),
        issuer: one.issuer.clone(),
        fingerprint: one.fingerprint.clone(),
        chain: one.chain.clone(),
        not_before: one.not_before,
        not_after: one.not_after,
        created_by: one.created_by.clone(),
        created_at: one.created_at,
    };
    Resource::new(one.id, attributes).with("app", "apps", one.app_id)
}
