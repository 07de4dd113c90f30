//! Taking a delivery: verified, stored with the work that it makes, answered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::HeaderMap;
use slipway_api::ids::{DeliveryId, WebhookId};
use slipway_api::{Code, Timestamp};
use slipway_kernel::blobs::{self, BlobAddress, Owner};
use slipway_kernel::queue::{self, NewItem};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Delivery, DeliveryState, Headers, Webhook, place};
use super::{handling, store};
use crate::forges::{ForgeKind, webhooks as wire};

/// Bytes of the largest body.
pub(super) const MOST_BYTES: usize = 5 << 20;
/// Bodies up to this size lie in their row, so that taking them is one write; larger ones are blobs.
const IN_ROW: usize = 64 << 10;
/// Deliveries of one webhook that may come at once, and how many more each second.
const AT_ONCE: f64 = 3_000.0;
const EACH_SECOND: f64 = 50.0;
/// How often deliveries are tried to be handled while their forge is away: for more than a day.
const ATTEMPTS: i64 = 200;
/// How often refused deliveries are written down: whoever sends them must not make the database write.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// The kind of the owner of a large body.
pub(super) const OWNER: &str = "webhook-delivery";

/// What each webhook got lately, at this server.
#[derive(Default)]
struct Rates(Mutex<HashMap<WebhookId, Lately>>);

/// What a webhook got lately.
struct Lately {
    /// Deliveries that may still come now.
    left: f64,
    at: Timestamp,
    /// Refused ones that are not written down yet.
    refused: i64,
    noted_at: Option<Timestamp>,
}

/// Takes a delivery. The same one again gives the first one's id.
///
/// # Errors
///
/// `NotFound` for what is no webhook, `Unauthenticated` when it is not signed as it must be, `TooManyRequests`, and those of the
/// database: whoever delivers must do it again then.
pub(super) async fn take(ctx: &Ctx, id: WebhookId, headers: &HeaderMap, body: Bytes) -> Result<DeliveryId> {
    let found = store::find(ctx.db.reader(), id).await?;
    let webhook = found.ok_or_else(|| Error::not_found("webhook", id))?;
    let kind = kind(&webhook)?;
    if !is_signed(ctx, &webhook, kind, headers, &body).await? {
        ctx.metrics.delivery_taken("refused");
        note_refused(ctx, id).await?;
        return Err(Error::new(
            Code::Unauthenticated,
            "The delivery is not signed with the webhook's secret.",
        ));
    }
    if !may_come(ctx, id) {
        ctx.metrics.delivery_taken("too-many");
        return Err(Error::new(
            Code::TooManyRequests,
            "This webhook gets more deliveries than can be taken. Deliver it again later.",
        ));
    }
    let key = digested(&wire::delivery_id(kind, headers, &body));
    let (delivery, is_new) = keep(ctx, &webhook, headers, key, body).await?;
    ctx.metrics.delivery_taken(if is_new { "taken" } else { "again" });
    Ok(delivery)
}

/// The forge that delivers.
pub(super) fn kind(webhook: &Webhook) -> Result<ForgeKind> {
    serde_json::from_value(webhook.kind.clone().into()).map_err(Error::internal)
}

async fn is_signed(ctx: &Ctx, webhook: &Webhook, kind: ForgeKind, headers: &HeaderMap, body: &Bytes) -> Result<bool> {
    let mut secrets = vec![open(ctx, webhook, "secret", &webhook.secret).await?];
    if let Some(previous) = webhook
        .previous_secret
        .as_ref()
        .filter(|_| webhook.takes_previous(ctx.now()))
    {
        secrets.push(open(ctx, webhook, "previous_secret", previous).await?);
    }
    let (headers, body) = (headers.clone(), body.clone());
    // Milliseconds for a large body.
    let verified = move || {
        let texts: Vec<&str> = secrets.iter().filter_map(|secret| secret.expose_text().ok()).collect();
        wire::verify(kind, &headers, &body, &texts)
    };
    tokio::task::spawn_blocking(verified).await.map_err(Error::internal)
}

pub(super) async fn open(ctx: &Ctx, webhook: &Webhook, column: &'static str, sealed: &[u8]) -> Result<SecretBytes> {
    let scope = Some(webhook.organization_id);
    ctx.secrets
        .open(ctx.db.reader(), scope, &place(column, webhook.id), sealed)
        .await
}

/// Ids of forges are of any length.
fn digested(id: &str) -> String {
    hex::encode(digest(&SHA256, id.as_bytes()))
}

async fn keep(
    ctx: &Ctx,
    webhook: &Webhook,
    headers: &HeaderMap,
    key: String,
    body: Bytes,
) -> Result<(DeliveryId, bool)> {
    let headers = Headers::kept(headers);
    let mut row = Delivery {
        id: ctx.new_id()?,
        webhook_id: webhook.id,
        organization_id: webhook.organization_id,
        repository_id: webhook.repository_id,
        delivery_key: key,
        event: headers.event().to_owned(),
        state: DeliveryState::Received,
        note: None,
        subject: None,
        headers,
        body: None,
        blob: None,
        body_bytes: i64::try_from(body.len()).map_err(Error::internal)?,
        redeliveries: 0,
        received_at: ctx.now(),
        handled_at: None,
        held_until: None,
    };
    store_body(ctx, &mut row, body).await?;
    let mut tx = ctx.begin().await?;
    if !store::insert_delivery(&tx, &row).await? {
        drop(tx);
        let first = store::delivery_of_key(ctx.db.reader(), webhook.id, &row.delivery_key).await?;
        let first = first.ok_or_else(|| Error::unavailable("The delivery met a clean-up. Deliver it again."))?;
        return Ok((first, false));
    }
    if let Some(blob) = &row.blob {
        blobs::refer(&tx, ctx, row.organization_id, blob, &Owner::new(OWNER, row.id)).await?;
    }
    store::delivered(&tx, webhook.id, row.received_at).await?;
    enqueue(&mut tx, ctx, &row).await?;
    tx.commit().await?;
    Ok((row.id, true))
}

/// The job that handles a delivery. Its subject is the repository, so that deliveries are handled one after another; one that
/// waits already, because the forge was away, does this one, too, and at once: a forge that delivers is there.
pub(super) async fn enqueue(tx: &mut slipway_kernel::Tx, ctx: &Ctx, row: &Delivery) -> Result<()> {
    let item = NewItem {
        organization: Some(row.organization_id),
        max_attempts: ATTEMPTS,
        ..NewItem::job(
            handling::JOB,
            row.repository_id,
            serde_json::json!({ "delivery": row.id }),
        )
    };
    queue::hasten_or_enqueue(tx, ctx, item).await
}

async fn store_body(ctx: &Ctx, row: &mut Delivery, body: Bytes) -> Result<()> {
    if body.len() > IN_ROW {
        row.blob = Some(ctx.blobs.put(ctx, row.organization_id, body).await?);
        return Ok(());
    }
    let scope = Some(row.organization_id);
    let sealed = ctx.secrets.seal(ctx.db.reader(), scope, &row.place(), &body).await?;
    row.body = Some(sealed);
    Ok(())
}

/// The body of a delivery.
pub(super) async fn body(ctx: &Ctx, row: &Delivery) -> Result<Vec<u8>> {
    let address: Option<&BlobAddress> = row.blob.as_ref();
    if let Some(address) = address {
        return Ok(ctx.blobs.get(ctx, row.organization_id, address).await?.into());
    }
    let sealed = row.body.as_deref().unwrap_or_default();
    let scope = Some(row.organization_id);
    let opened = ctx.secrets.open(ctx.db.reader(), scope, &row.place(), sealed).await?;
    Ok(opened.expose().to_vec())
}

/// Whether one more delivery may come now.
fn may_come(ctx: &Ctx, id: WebhookId) -> bool {
    let now = ctx.now();
    lately(ctx, id, |lately| {
        let passed = now.since(lately.at).as_secs_f64();
        lately.left = (lately.left + passed * EACH_SECOND).min(AT_ONCE);
        lately.at = now;
        let may = lately.left >= 1.0;
        if may {
            lately.left -= 1.0;
        }
        may
    })
}

/// Counts a refused delivery, and writes the count down now and then.
async fn note_refused(ctx: &Ctx, id: WebhookId) -> Result<()> {
    let now = ctx.now();
    let count = lately(ctx, id, |lately| {
        lately.refused += 1;
        let is_due = lately.noted_at.is_none_or(|noted| now.since(noted) >= NOTE_EVERY);
        is_due.then(|| {
            lately.noted_at = Some(now);
            std::mem::take(&mut lately.refused)
        })
    });
    if let Some(count) = count {
        tracing::warn!(webhook.id = %id, count, "deliveries that are not signed with the webhook's secret were refused");
        let tx = ctx.begin().await?;
        store::count_refused(&tx, id, count, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn lately<T>(ctx: &Ctx, id: WebhookId, act: impl FnOnce(&mut Lately) -> T) -> T {
    let rates = ctx.kept.get::<Rates>();
    let mut all = rates.0.lock().unwrap_or_else(PoisonError::into_inner);
    act(all.entry(id).or_insert_with(|| Lately {
        left: AT_ONCE,
        at: ctx.now(),
        refused: 0,
        noted_at: None,
    }))
}
