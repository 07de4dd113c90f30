//! Routes of domains.

use std::collections::HashMap;

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::domains::{AppDomain as Wire, AppDomainCertificate, AppDomainIssuance, NewAppDomain};
use slipway_api::ids::{AppDomainId, AppId};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Domain;
use super::service;
use crate::apps;
use crate::certificates::{self, Certificate};
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_domains, create_app_domain))
        .routes(routes!(get_app_domain, delete_app_domain))
        .routes(routes!(verify_app_domain))
        .routes(routes!(approve_app_domain))
}

/// List the domains of an app, with what proves them and their certificates.
#[utoipa::path(get, path = "/api/v2/apps/{app}/domains", operation_id = "list_app_domains", tag = "domains",
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
async fn list_app_domains(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let domains = service::list(&ctx, &app).await?;
    let chosen = certificates::service::chosen_for(&ctx, app.id, &domains).await?;
    let listed = Listed::of_all(domains, &query.page, |domain| domain.host.clone());
    Ok(list(query.document(
        listed,
        |domain| domain.host.clone(),
        |domain| resource(&ctx, domain, &chosen),
    )))
}

/// Add a domain to an app. It counts once it is proven by its record, or by leading to this site; that is looked for from now on.
#[utoipa::path(post, path = "/api/v2/apps/{app}/domains", operation_id = "create_app_domain", tag = "domains",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewAppDomain>,
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
async fn create_app_domain(ctx: Ctx, params: Params, body: Body<NewAppDomain>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let domain = service::add(&ctx, &app, &body.attributes()?).await?;
    Ok(created(shown(&ctx, domain).await?))
}

/// Get a domain of an app.
#[utoipa::path(get, path = "/api/v2/app-domains/{app_domain}", operation_id = "get_app_domain", tag = "domains",
    params(("app_domain" = AppDomainId, Path, description = "The domain's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn get_app_domain(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (_, domain) = service::load(&ctx, params.get("app_domain")?, APP_READ).await?;
    Ok(ok(shown(&ctx, domain).await?))
}

/// Remove a domain from an app: no requests are taken for it any more.
#[utoipa::path(delete, path = "/api/v2/app-domains/{app_domain}", operation_id = "delete_app_domain", tag = "domains",
    params(("app_domain" = AppDomainId, Path, description = "The domain's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.update.routing"])))]
async fn delete_app_domain(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::remove(&ctx, params.get("app_domain")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look now whether a domain is proven. Where it is not, the answer says why.
#[utoipa::path(post, path = "/api/v2/app-domains/{app_domain}/actions/verify", operation_id = "verify_app_domain",
    tag = "domains",
    params(("app_domain" = AppDomainId, Path, description = "The domain's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.update.routing"])))]
async fn verify_app_domain(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let domain = service::verify(&ctx, params.get("app_domain")?).await?;
    Ok(ok(shown(&ctx, domain).await?))
}

/// Have a domain count without a proof; for administrators of the site.
#[utoipa::path(post, path = "/api/v2/app-domains/{app_domain}/actions/approve", operation_id = "approve_app_domain",
    tag = "domains",
    params(("app_domain" = AppDomainId, Path, description = "The domain's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn approve_app_domain(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let domain = service::approve(&ctx, params.get("app_domain")?).await?;
    Ok(ok(shown(&ctx, domain).await?))
}

async fn shown(ctx: &Ctx, domain: Domain) -> Result<Resource<Wire>> {
    let chosen = certificates::service::chosen_for(ctx, domain.app_id, std::slice::from_ref(&domain)).await?;
    Ok(resource(ctx, domain, &chosen))
}

fn resource(ctx: &Ctx, domain: Domain, chosen: &HashMap<String, Certificate>) -> Resource<Wire> {
    let challenge = domain.challenge(ctx.settings.routing.http_port);
    let certificate = chosen.get(&domain.host).map(|certificate| AppDomainCertificate {
        id: certificate.id.to_string(),
        origin: certificate.origin,
        not_after: certificate.not_after,
    });
    let attributes = Wire {
        is_verified: domain.is_verified(),
        host: domain.host,
        proof: domain.proof,
        reason: domain.reason,
        challenge,
        certificate,
        issuance: AppDomainIssuance {
            status: domain.issuance,
            reason: domain.issuance_reason,
            next_at: domain.issuance_next_at,
        },
        created_by: domain.created_by,
        created_at: domain.created_at,
        verified_at: domain.verified_at,
    };
    let path = format!("/api/v2/app-domains/{}", domain.id);
    Resource::new(domain.id, attributes)
        .with_link("self", path)
        .with("app", "apps", domain.app_id)
}
