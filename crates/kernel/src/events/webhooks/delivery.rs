//! Sending events: one batch per webhook at a time, several webhooks at once, so that a slow one keeps nobody waiting.

use std::time::Duration;

use futures::StreamExt;
use http::{HeaderName, HeaderValue};
use serde_json::json;
use slipway_api::audit::{AuditDelivery, AuditRecord, SIGNATURE_HEADER};
use url::Url;

use super::model::AuditWebhook;
use super::{signature, store};
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::events::{self, NewEvent, chain};
use crate::outbound::Request;
use crate::queue::leases;
use crate::wakes::Topic;

/// Events in one delivery.
const BATCH: u64 = 100;
/// Webhooks served at the same time.
const AT_ONCE: usize = 8;
/// How long the other side may take for one delivery.
const TIME: Duration = Duration::from_secs(10);
/// How long a replica that fell silent keeps others from delivering.
const LEASE: Duration = Duration::from_secs(60);
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(1);

/// Delivers as events get positions, for as long as the process lives.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    let mut listener = ctx.wakes.listen(Topic::Positions);
    loop {
        if leases::hold(ctx, "audit-webhooks", holder, LEASE).await? && round(ctx).await? > 0 {
            continue;
        }
        listener.wait(PATIENCE).await;
    }
}

/// Sends the next batch of every webhook that is due, and says how many were delivered.
///
/// # Errors
///
/// Those of the database. What the other side does wrong is written down at its webhook.
pub async fn round(ctx: &Ctx) -> Result<usize> {
    let last = events::store::last_position(ctx.db.reader()).await?;
    let due = store::due(ctx.db.reader(), ctx.now(), last).await?;
    let sent: Vec<Result<bool>> = futures::stream::iter(due)
        .map(|webhook| deliver(ctx, webhook, last))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut delivered = 0;
    for outcome in sent {
        delivered += usize::from(outcome?);
    }
    Ok(delivered)
}

async fn deliver(ctx: &Ctx, webhook: AuditWebhook, last: i64) -> Result<bool> {
    let (records, position) = next(ctx, &webhook, last).await?;
    if records.is_empty() {
        // Nothing for it until there; written down only now and then, because looking is cheap.
        if last - webhook.position > 1_000 {
            let passed = AuditWebhook {
                position: last,
                ..webhook.clone()
            };
            settle(ctx, &webhook, &passed).await?;
        }
        return Ok(false);
    }
    let body = AuditDelivery {
        webhook: webhook.id.to_string(),
        is_test: false,
        events: records,
    };
    let after = match send(ctx, &webhook, &body).await? {
        Ok(_) => webhook.clone().delivered(position, ctx.now()),
        Err(why) => {
            tracing::warn!(audit_webhook.id = %webhook.id, why, "audit events were not delivered");
            webhook.clone().failed(&why, ctx.now())
        }
    };
    let is_delivered = after.position > webhook.position;
    settle(ctx, &webhook, &after).await?;
    Ok(is_delivered)
}

/// What comes next for a webhook, and the position that it has then.
async fn next(ctx: &Ctx, webhook: &AuditWebhook, last: i64) -> Result<(Vec<AuditRecord>, i64)> {
    let reader = ctx.db.reader();
    let (found, mut previous) = if webhook.organization_id.is_some() {
        let found = chain::after(reader, webhook.organization_id, webhook.position, BATCH).await?;
        let before = chain::last_until(reader, webhook.organization_id, webhook.position).await?;
        (found, Some(before.map_or_else(String::new, |(_, hash)| hash)))
    } else {
        // Events of many chains: who wants to verify them exports.
        (events::store::all_after(reader, webhook.position, BATCH).await?, None)
    };
    let mut position = webhook.position;
    let mut records = Vec::with_capacity(found.len());
    for event in found.into_iter().filter(|event| event.position <= Some(last)) {
        position = event.position.unwrap_or(position);
        let hash = event.hash.clone();
        records.extend(event.record(previous.clone()));
        previous = previous.and(hash);
    }
    Ok((records, position))
}

/// Sends a body and says which status came back, or why that is no success.
pub(super) async fn send(ctx: &Ctx, webhook: &AuditWebhook, body: &AuditDelivery) -> Result<Result<u16, String>> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    let reader = ctx.db.reader();
    let organization = webhook.organization_id;
    let secret = ctx
        .secrets
        .open(reader, organization, &webhook.place(), &webhook.secret)
        .await?;
    let previous = match &webhook.previous_secret {
        Some(sealed) if webhook.previous_until > Some(ctx.now()) => {
            let place = webhook.previous_place();
            Some(ctx.secrets.open(reader, organization, &place, sealed).await?)
        }
        _ => None,
    };
    let secrets: Vec<&[u8]> = std::iter::once(&secret)
        .chain(&previous)
        .map(|secret| secret.expose())
        .collect();
    let value = signature::sign(&secrets, ctx.now(), &body);
    let value = HeaderValue::from_str(&value).map_err(Error::internal)?;
    let url = Url::parse(&webhook.url).map_err(Error::internal)?;
    let request = Request::post(url, "application/json", body)
        .header(HeaderName::from_static(SIGNATURE_HEADER), value)
        .within(TIME)
        .at_most(64 << 10);
    Ok(match ctx.outbound.send(request).await {
        Ok(answer) if answer.status.is_success() => Ok(answer.status.as_u16()),
        Ok(answer) => Err(format!("the other side answered {}", answer.status.as_u16())),
        Err(error) => Err(error.to_string()),
    })
}

/// Writes down how it went, with an event when it was the last straw.
async fn settle(ctx: &Ctx, before: &AuditWebhook, after: &AuditWebhook) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if store::note(&tx, before, after).await? && before.is_enabled && !after.is_enabled {
        let event = event(
            "audit-webhook.disabled",
            after,
            json!({"reason": after.disabled_reason}),
        );
        events::record(&mut tx, ctx, event).await?;
    }
    tx.commit().await
}

/// An event about a webhook. Its address is shown without what may be secret in it.
pub(super) fn event(action: &'static str, webhook: &AuditWebhook, changes: serde_json::Value) -> NewEvent {
    let origin = Url::parse(&webhook.url).map(|url| url.origin().ascii_serialization());
    NewEvent {
        action,
        organization: webhook.organization_id,
        project: None,
        object_kind: "audit-webhook",
        object_id: webhook.id.to_string(),
        object_name: origin.unwrap_or_default().chars().take(200).collect(),
        access_id: None,
        changes,
    }
}
