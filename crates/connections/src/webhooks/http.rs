//! Routes of webhooks: the open one that forges deliver to, and those for people.

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Extension, Json, Router};
use slipway_api::ids::{DeliveryId, RepositoryId, WebhookId};
use slipway_api::webhooks::{Webhook as Wire, WebhookDelivery};
use slipway_api::{Code, Document, ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{App, Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use tracing::Instrument;

use super::model::{Delivery, DeliveryState, Webhook};
use super::store::Filter;
use super::{deliveries, receiving};

/// What forges deliver to, closed by each delivery's signature.
pub fn open_routes() -> Router<App> {
    Router::new()
        .route("/webhooks/{webhook}", post(deliver))
        .layer(DefaultBodyLimit::max(receiving::MOST_BYTES))
}

async fn deliver(
    Extension(ctx): Extension<Ctx>,
    params: Params,
    headers: HeaderMap,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<impl IntoResponse> {
    let id: WebhookId = params.get("webhook")?;
    let body = body.map_err(|rejection| match rejection.status().as_u16() {
        413 => Error::new(Code::TooLarge, "A delivery has at most 5 MiB."),
        _ => Error::malformed("The delivery ended before it was complete. Send it again."),
    })?;
    let span = tracing::debug_span!("take delivery", webhook.id = %id, bytes = body.len());
    let delivery = receiving::take(&ctx, id, &headers, body).instrument(span).await?;
    Ok((StatusCode::ACCEPTED, Json(serde_json::json!({ "delivery": delivery }))))
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_webhook))
        .routes(routes!(set_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(list_deliveries))
        .routes(routes!(get_delivery))
        .routes(routes!(redeliver))
}

/// Get the webhook of a repository.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/webhook", operation_id = "get_webhook", tag = "webhooks",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["repository.read"])))]
async fn get_webhook(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (repository, webhook) = deliveries::webhook(&ctx, params.get("repository")?).await?;
    let webhook = webhook.ok_or_else(|| Error::not_found("webhook of the repository", &repository.full_name))?;
    Ok(ok(resource(&ctx, webhook, None)))
}

/// Set or mend the webhook of a repository now. Where it cannot be, the answer says why.
#[utoipa::path(post, path = "/api/v2/repositories/{repository}/actions/set-webhook", operation_id = "set_webhook",
    tag = "webhooks",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["webhook.manage"])))]
async fn set_webhook(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let webhook = deliveries::set(&ctx, params.get("repository")?).await?;
    Ok(ok(resource(&ctx, webhook, None)))
}

/// Give the webhook of a repository a new secret and tell the forge. Deliveries that are signed with the former one still
/// count for an hour. Where the webhook has to be set by hand, the answer has the secret, once.
#[utoipa::path(post, path = "/api/v2/repositories/{repository}/actions/rotate-secret",
    operation_id = "rotate_webhook_secret", tag = "webhooks",
    params(("repository" = RepositoryId, Path, description = "The repository's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["webhook.manage"])))]
async fn rotate_webhook_secret(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (webhook, secret) = deliveries::rotate(&ctx, params.get("repository")?).await?;
    Ok(ok(resource(&ctx, webhook, secret.as_deref().map(String::as_str))))
}

/// List what was delivered for a repository, newest first.
#[utoipa::path(get, path = "/api/v2/repositories/{repository}/deliveries", operation_id = "list_deliveries",
    tag = "webhooks",
    params(
        ("repository" = RepositoryId, Path, description = "The repository's id."),
        ("filter[event]" = Option<String>, Query, description = "`push`, `pull-request`, `comment`, …"),
        ("filter[state]" = Option<String>, Query, description = "`received`, `handled`, `ignored` or `failed`."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<WebhookDelivery>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["webhook.read"])))]
async fn list_deliveries(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["filter[event]", "filter[state]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        event: query.filter("filter[event]"),
        state: query.filter("filter[state]").map(state).transpose()?,
    };
    let listed = deliveries::list(&ctx, params.get("repository")?, &filter, &query.page).await?;
    Ok(list(query.document(listed, |row| row.id.to_string(), delivery)))
}

fn state(text: &str) -> Result<DeliveryState> {
    use DeliveryState::{Failed, Handled, Ignored, Received};
    let all = [Received, Handled, Ignored, Failed];
    let found = all.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| {
        Error::malformed_parameter(
            "filter[state]",
            "It is `received`, `handled`, `ignored` or `failed`.".to_owned(),
        )
    })
}

/// Get a delivery with its headers and its body. Headers that open or prove anything are not kept.
#[utoipa::path(get, path = "/api/v2/deliveries/{delivery}", operation_id = "get_delivery", tag = "webhooks",
    params(("delivery" = DeliveryId, Path, description = "The delivery's id.")),
    responses(
        (status = 200, body = Document<Resource<WebhookDelivery>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["webhook.read"])))]
async fn get_delivery(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (row, body) = deliveries::get(&ctx, params.get("delivery")?).await?;
    let headers = row.headers.0.clone();
    let mut resource = delivery(row);
    resource.attributes.headers = Some(headers);
    resource.attributes.body = Some(String::from_utf8_lossy(&body).into_owned());
    Ok(ok(resource))
}

/// Have a delivery handled again.
#[utoipa::path(post, path = "/api/v2/deliveries/{delivery}/actions/redeliver", operation_id = "redeliver",
    tag = "webhooks",
    params(("delivery" = DeliveryId, Path, description = "The delivery's id.")),
    responses(
        (status = 200, body = Document<Resource<WebhookDelivery>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["webhook.manage"])))]
async fn redeliver(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let row = deliveries::redeliver(&ctx, params.get("delivery")?).await?;
    Ok(ok(delivery(row)))
}

fn resource(ctx: &Ctx, webhook: Webhook, secret: Option<&str>) -> Resource<Wire> {
    let url = webhook.url.clone().or_else(|| super::hooks::url(ctx, &webhook));
    let attributes = Wire {
        url,
        state: webhook.state.as_str().to_owned(),
        error: webhook.error,
        remote_id: webhook.remote_id,
        checked_at: webhook.checked_at,
        delivered_at: webhook.delivered_at,
        refused: u64::try_from(webhook.refused).unwrap_or_default(),
        refused_at: webhook.refused_at,
        secret: secret.map(str::to_owned),
    };
    Resource::new(webhook.id, attributes).with("repository", "repositories", webhook.repository_id)
}

fn delivery(row: Delivery) -> Resource<WebhookDelivery> {
    let attributes = WebhookDelivery {
        event: row.event,
        state: row.state.as_str().to_owned(),
        note: row.note,
        received_at: row.received_at,
        handled_at: row.handled_at,
        body_bytes: u64::try_from(row.body_bytes).unwrap_or_default(),
        redeliveries: u32::try_from(row.redeliveries).unwrap_or(u32::MAX),
        headers: None,
        body: None,
    };
    let link = format!("/api/v2/deliveries/{}", row.id);
    Resource::new(row.id, attributes)
        .with("repository", "repositories", row.repository_id)
        .with_link("self", link)
}
