//! Webhooks of the audit log over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::audit::{AuditWebhook, AuditWebhookSettings, AuditWebhookTest};
use slipway_api::ids::{AuditWebhookId, OrganizationId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::events::webhooks;
use slipway_kernel::http::{
    Body, JsonApi, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged,
};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::export::require_at_site;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_audit_webhooks, create_audit_webhook))
        .routes(routes!(list_site_audit_webhooks, create_site_audit_webhook))
        .routes(routes!(get_audit_webhook, update_audit_webhook, delete_audit_webhook))
        .routes(routes!(test_audit_webhook))
        .routes(routes!(replace_audit_webhook_secret))
}

/// List the webhooks that an organization's audit events are sent to, with how far each is.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/audit-webhooks", operation_id = "list_audit_webhooks",
    tag = "audit",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<AuditWebhook>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn list_audit_webhooks(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    listed(&ctx, Some(organization.id), &uri).await
}

/// Send an organization's audit events to an address, from now on. The answer has the secret that deliveries are signed
/// with, this once.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/audit-webhooks", operation_id = "create_audit_webhook",
    tag = "audit", params(("organization" = String, Path, description = "Name of the organization")),
    request_body = NewDocument<AuditWebhookSettings>,
    responses((status = 201, body = Document<Resource<AuditWebhook>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn create_audit_webhook(ctx: Ctx, params: Params, body: Body<AuditWebhookSettings>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    made(&ctx, Some(organization.id), body).await
}

/// List the webhooks that all audit events of the site are sent to.
#[utoipa::path(get, path = "/api/v2/admin/audit-webhooks", operation_id = "list_site_audit_webhooks", tag = "audit",
    params(("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<AuditWebhook>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn list_site_audit_webhooks(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    listed(&ctx, None, &uri).await
}

/// Send the audit events of all organizations and of the site to an address, from now on.
#[utoipa::path(post, path = "/api/v2/admin/audit-webhooks", operation_id = "create_site_audit_webhook", tag = "audit",
    request_body = NewDocument<AuditWebhookSettings>,
    responses((status = 201, body = Document<Resource<AuditWebhook>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 409, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn create_site_audit_webhook(ctx: Ctx, body: Body<AuditWebhookSettings>) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    made(&ctx, None, body).await
}

/// Get a webhook, with how far it is and why it fails.
#[utoipa::path(get, path = "/api/v2/audit-webhooks/{audit_webhook}", operation_id = "get_audit_webhook", tag = "audit",
    params(("audit_webhook" = AuditWebhookId, Path)),
    responses((status = 200, body = Document<Resource<AuditWebhook>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn get_audit_webhook(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let webhook = webhooks::get(&ctx, params.get("audit_webhook")?).await?;
    let version = webhook.version;
    Ok(ok(webhooks::resource(&ctx, webhook, None).await?).with_version(version))
}

/// Change a webhook. Enabled again, it goes on where it stopped, at once.
#[utoipa::path(patch, path = "/api/v2/audit-webhooks/{audit_webhook}", operation_id = "update_audit_webhook", tag = "audit",
    params(("audit_webhook" = AuditWebhookId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<AuditWebhookSettings>,
    responses((status = 200, body = Document<Resource<AuditWebhook>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn update_audit_webhook(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<AuditWebhookSettings>,
) -> Result<impl IntoResponse> {
    let webhook = webhooks::get(&ctx, params.get("audit_webhook")?).await?;
    require_unchanged(&headers, webhook.version)?;
    let webhook = webhooks::update(&ctx, webhook, body.attributes()?).await?;
    let version = webhook.version;
    Ok(ok(webhooks::resource(&ctx, webhook, None).await?).with_version(version))
}

/// Delete a webhook.
#[utoipa::path(delete, path = "/api/v2/audit-webhooks/{audit_webhook}", operation_id = "delete_audit_webhook", tag = "audit",
    params(("audit_webhook" = AuditWebhookId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn delete_audit_webhook(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let webhook = webhooks::get(&ctx, params.get("audit_webhook")?).await?;
    webhooks::delete(&ctx, &webhook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a delivery without events now, and say how it went.
#[utoipa::path(post, path = "/api/v2/audit-webhooks/{audit_webhook}/actions/test", operation_id = "test_audit_webhook",
    tag = "audit", params(("audit_webhook" = AuditWebhookId, Path)),
    responses((status = 200, body = Document<Resource<AuditWebhookTest>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn test_audit_webhook(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let webhook = webhooks::get(&ctx, params.get("audit_webhook")?).await?;
    let tested = webhooks::test(&ctx, &webhook).await?;
    Ok(ok(Resource::new(webhook.id, tested)))
}

/// Give a webhook a new secret, which the answer has this once. For a day deliveries are signed with both.
#[utoipa::path(post, path = "/api/v2/audit-webhooks/{audit_webhook}/actions/replace-secret",
    operation_id = "replace_audit_webhook_secret", tag = "audit", params(("audit_webhook" = AuditWebhookId, Path)),
    responses((status = 200, body = Document<Resource<AuditWebhook>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 412, body = ErrorDocument)),
    security(("token" = ["event.webhook.manage"])))]
async fn replace_audit_webhook_secret(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let webhook = webhooks::get(&ctx, params.get("audit_webhook")?).await?;
    let (webhook, secret) = webhooks::replace_secret(&ctx, webhook).await?;
    let version = webhook.version;
    Ok(ok(webhooks::resource(&ctx, webhook, Some(&secret)).await?).with_version(version))
}

async fn listed(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    uri: &Uri,
) -> Result<JsonApi<ListDocument<Resource<AuditWebhook>>>> {
    let query = ListQuery::parse(uri, Known::default())?;
    let found = webhooks::list(ctx, organization, &query.page).await?;
    let mut rows = Vec::new();
    for webhook in found.rows {
        rows.push(webhooks::resource(ctx, webhook, None).await?);
    }
    let total = found.total;
    Ok(list(query.document(
        Listed { rows, total },
        |row| row.id.clone(),
        |row| row,
    )))
}

async fn made(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    body: Body<AuditWebhookSettings>,
) -> Result<JsonApi<Document<Resource<AuditWebhook>>>> {
    let (webhook, secret) = webhooks::create(ctx, organization, body.attributes()?).await?;
    let version = webhook.version;
    Ok(created(webhooks::resource(ctx, webhook, Some(&secret)).await?).with_version(version))
}
