//! Routes of trusted issuers. Programs exchange their tokens at `/oauth/token`.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::TrustedIssuerId;
use slipway_api::trusted_issuers::{NewTrustedIssuer, TrustRule, TrustedIssuer as Wire, TrustedIssuerChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Rule, TrustedIssuer};
use super::service;
use crate::roles::PermissionTree;
use crate::{organizations, service_accounts};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(list_trusted_issuers, create_trusted_issuer))
        .routes(routes!(
            get_trusted_issuer,
            update_trusted_issuer,
            delete_trusted_issuer
        ))
        .layer(Extension(tree))
}

/// List the issuers whose tokens programs can exchange for those of service accounts.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/trusted-issuers",
    operation_id = "list_trusted_issuers", tag = "trusted issuers",
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
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn list_trusted_issuers(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    let mut rows = Vec::new();
    for issuer in listed.rows {
        rows.push((issuer.name.to_string(), resource(&ctx, issuer).await?));
    }
    let listed = Listed {
        rows,
        total: listed.total,
    };
    Ok(list(query.document(listed, |(name, _)| name.clone(), |(_, row)| row)))
}

/// Trust an issuer: its programs are let in as service accounts, as far as the rules go.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/trusted-issuers",
    operation_id = "create_trusted_issuer", tag = "trusted issuers",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewTrustedIssuer>,
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
    security(("token" = ["organization.access.manage"])))]
async fn create_trusted_issuer(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewTrustedIssuer>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let issuer = service::create(&ctx, &tree, &organization, body.attributes()?).await?;
    let version = issuer.version;
    Ok(created(resource(&ctx, issuer).await?).with_version(version))
}

/// Get a trusted issuer with its rules.
#[utoipa::path(get, path = "/api/v2/trusted-issuers/{trusted_issuer}", operation_id = "get_trusted_issuer",
    tag = "trusted issuers",
    params(("trusted_issuer" = TrustedIssuerId, Path, description = "The trusted issuer's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
async fn get_trusted_issuer(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let issuer = service::get_visible(&ctx, params.get("trusted_issuer")?).await?;
    let version = issuer.version;
    Ok(ok(resource(&ctx, issuer).await?).with_version(version))
}

/// Change a trusted issuer. What was given by a rule that is gone or another now is taken back.
#[utoipa::path(patch, path = "/api/v2/trusted-issuers/{trusted_issuer}", operation_id = "update_trusted_issuer",
    tag = "trusted issuers",
    params(
        ("trusted_issuer" = TrustedIssuerId, Path, description = "The trusted issuer's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<TrustedIssuerChanges>,
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
    security(("token" = ["organization.access.manage"])))]
async fn update_trusted_issuer(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    headers: HeaderMap,
    body: Body<TrustedIssuerChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get_visible(&ctx, params.get("trusted_issuer")?).await?;
    require_unchanged(&headers, seen.version)?;
    let issuer = service::update(&ctx, &tree, &seen, body.attributes()?).await?;
    let version = issuer.version;
    Ok(ok(resource(&ctx, issuer).await?).with_version(version))
}

/// Trust an issuer no more. What its rules gave is taken back.
#[utoipa::path(delete, path = "/api/v2/trusted-issuers/{trusted_issuer}", operation_id = "delete_trusted_issuer",
    tag = "trusted issuers",
    params(("trusted_issuer" = TrustedIssuerId, Path, description = "The trusted issuer's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
async fn delete_trusted_issuer(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let seen = service::get_visible(&ctx, params.get("trusted_issuer")?).await?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn resource(ctx: &Ctx, issuer: TrustedIssuer) -> Result<Resource<Wire>> {
    let accepted_audience = service::accepted_audience(ctx, &issuer);
    let keys = issuer
        .public_keys
        .as_deref()
        .and_then(|keys| serde_json::from_str(keys).ok());
    let mut rules = Vec::new();
    for rule in issuer.rules.0 {
        rules.push(wire(ctx, rule).await?);
    }
    let attributes = Wire {
        name: issuer.name,
        issuer: issuer.issuer,
        audience: issuer.audience,
        accepted_audience,
        ca_certificate: issuer.ca_certificate,
        keys,
        rules,
        created_at: issuer.created_at,
    };
    let link = format!("/api/v2/trusted-issuers/{}", issuer.id);
    Ok(Resource::new(issuer.id, attributes).with_link("self", link))
}

async fn wire(ctx: &Ctx, rule: Rule) -> Result<TrustRule> {
    let account = service_accounts::store::by_id(ctx.db.reader(), rule.service_account).await?;
    Ok(TrustRule {
        name: rule.name,
        service_account: rule.service_account.to_string(),
        service_account_name: account.map(|account| account.name),
        conditions: rule.conditions,
        scopes: rule.scopes,
        token_minutes: rule.token_minutes,
    })
}
