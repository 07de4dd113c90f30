//! What people do with webhooks.

use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::audit::{AuditDelivery, AuditWebhook as Wire, AuditWebhookSettings, AuditWebhookTest};
use slipway_api::ids::{AuditWebhookId, OrganizationId};
use slipway_api::jsonapi::Resource;
use url::{Host, Url};

use super::delivery::{event, send};
use super::model::AuditWebhook;
use super::{MANAGE, store};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};
use crate::events::{self, chain};
use crate::grants::{Scope, Target};
use crate::http::{Listed, Page};
use crate::secrets::SecretBytes;
use crate::tokens;

/// Webhooks that one organization, or the site, may have.
const MOST: u64 = 20;
/// How long deliveries are signed with a replaced secret, too.
const OVERLAP: Duration = Duration::from_secs(86_400);

fn scope(organization: Option<OrganizationId>) -> Scope {
    organization.map_or_else(Scope::site, Scope::organization)
}

fn target(webhook: &AuditWebhook) -> Target<'static> {
    Target {
        kind: "audit webhook",
        name: webhook.id.to_string().into(),
        scope: scope(webhook.organization_id).object(webhook.id),
        read: MANAGE,
    }
}

/// Refuses whoever may not manage the webhooks of an organization that he sees, or of the site.
async fn require(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<()> {
    if ctx.granted().await?.allows(MANAGE, &scope(organization)) {
        return Ok(());
    }
    Err(Error::forbidden(MANAGE.as_str()))
}

/// Makes a webhook for events from now on, and returns it with its secret, which is shown once.
///
/// # Errors
///
/// What the caller may not do, an address that is none, too many.
pub async fn create(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    settings: AuditWebhookSettings,
) -> Result<(AuditWebhook, SecretBytes)> {
    require(ctx, organization).await?;
    let url = settings
        .url
        .ok_or_else(|| Error::invalid("/data/attributes/url", "A webhook needs an address to send to."))?;
    let secret = tokens::generate("hook", &ctx.random)?;
    let mut webhook = AuditWebhook {
        id: ctx.new_id()?,
        organization_id: organization,
        url: checked_url(&url)?,
        description: checked_description(settings.description.unwrap_or_default())?,
        secret: Vec::new(),
        previous_secret: None,
        previous_until: None,
        is_enabled: settings.enabled.unwrap_or(true),
        disabled_reason: None,
        position: events::store::last_position(ctx.db.reader()).await?,
        failures: 0,
        failing_since: None,
        last_error: None,
        delivered_at: None,
        next_attempt_at: None,
        version: 1,
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    if store::count(&*tx, organization).await? >= MOST {
        return Err(Error::conflict(format!(
            "There are {MOST} webhooks already; delete one first."
        )));
    }
    webhook.secret = ctx
        .secrets
        .seal(&*tx, organization, &webhook.place(), secret.expose())
        .await?;
    store::insert(&tx, &webhook).await?;
    events::record(&mut tx, ctx, event("audit-webhook.created", &webhook, json!({}))).await?;
    tx.commit().await?;
    Ok((webhook, secret))
}

/// A page of the webhooks of an organization, or of the site.
///
/// # Errors
///
/// What the caller may not do.
pub async fn list(ctx: &Ctx, organization: Option<OrganizationId>, page: &Page) -> Result<Listed<AuditWebhook>> {
    require(ctx, organization).await?;
    store::list(ctx.db.reader(), organization, page).await
}

/// A webhook.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub async fn get(ctx: &Ctx, id: AuditWebhookId) -> Result<AuditWebhook> {
    let missing = || Error::not_found("audit webhook", id);
    let webhook = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    ctx.authorize(MANAGE, &target(&webhook)).await?;
    Ok(webhook)
}

/// Changes a webhook. One that is enabled again is tried at once.
///
/// # Errors
///
/// An address that is none; `PreconditionFailed` when somebody changed it since.
pub async fn update(ctx: &Ctx, mut webhook: AuditWebhook, settings: AuditWebhookSettings) -> Result<AuditWebhook> {
    let mut changed = Vec::new();
    if let Some(url) = settings.url {
        webhook.url = checked_url(&url)?;
        changed.push("url");
    }
    if let Some(description) = settings.description {
        webhook.description = checked_description(description)?;
        changed.push("description");
    }
    if let Some(enabled) = settings.enabled {
        webhook.is_enabled = enabled;
        webhook.disabled_reason = None;
        changed.push("enabled");
    }
    let webhook = webhook.recovered();
    let changes = json!({ "changed": changed, "enabled": webhook.is_enabled });
    write(ctx, webhook, "audit-webhook.updated", changes).await
}

/// Gives a webhook a new secret and returns it. For a day deliveries are signed with both.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since.
pub async fn replace_secret(ctx: &Ctx, mut webhook: AuditWebhook) -> Result<(AuditWebhook, SecretBytes)> {
    let (reader, organization) = (ctx.db.reader(), webhook.organization_id);
    let old = ctx
        .secrets
        .open(reader, organization, &webhook.place(), &webhook.secret)
        .await?;
    let new = tokens::generate("hook", &ctx.random)?;
    let previous = ctx
        .secrets
        .seal(reader, organization, &webhook.previous_place(), old.expose())
        .await?;
    webhook.previous_secret = Some(previous);
    webhook.previous_until = Some(ctx.now().after(OVERLAP));
    webhook.secret = ctx
        .secrets
        .seal(reader, organization, &webhook.place(), new.expose())
        .await?;
    let webhook = write(ctx, webhook, "audit-webhook.secret-replaced", json!({})).await?;
    Ok((webhook, new))
}

async fn write(
    ctx: &Ctx,
    mut webhook: AuditWebhook,
    action: &'static str,
    changes: serde_json::Value,
) -> Result<AuditWebhook> {
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &mut webhook).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed this webhook since you read it. Read it again.",
        ));
    }
    events::record(&mut tx, ctx, event(action, &webhook, changes)).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Deletes a webhook. What it did not deliver yet it never will.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(ctx: &Ctx, webhook: &AuditWebhook) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if store::delete(&tx, webhook.id).await? {
        events::record(&mut tx, ctx, event("audit-webhook.deleted", webhook, json!({}))).await?;
    }
    tx.commit().await
}

/// Sends a delivery without events now, and says how it went.
///
/// # Errors
///
/// Those of the database; a failure of the other side is no error here.
pub async fn test(ctx: &Ctx, webhook: &AuditWebhook) -> Result<AuditWebhookTest> {
    let body = AuditDelivery {
        webhook: webhook.id.to_string(),
        is_test: true,
        events: Vec::new(),
    };
    let begin = tokio::time::Instant::now();
    let sent = send(ctx, webhook, &body).await?;
    let mut tx = ctx.begin().await?;
    let changes = json!({ "delivered": sent.is_ok() });
    events::record(&mut tx, ctx, event("audit-webhook.tested", webhook, changes)).await?;
    tx.commit().await?;
    Ok(AuditWebhookTest {
        delivered: sent.is_ok(),
        status: sent.as_ref().ok().copied(),
        error: sent.err(),
        duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Forgets webhooks of organizations that are gone, and secrets that were replaced long enough ago.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let tx: Tx = ctx.begin().await?;
    store::delete_orphans(&tx).await?;
    store::forget_previous(&tx, ctx.now()).await?;
    tx.commit().await
}

/// The webhook as the wire shows it, with its secret if it is to be shown now.
///
/// # Errors
///
/// Those of the database.
pub async fn resource(ctx: &Ctx, webhook: AuditWebhook, secret: Option<&SecretBytes>) -> Result<Resource<Wire>> {
    let reader = ctx.db.reader();
    let last = match webhook.organization_id {
        Some(_) => {
            let last = chain::last_until(reader, webhook.organization_id, i64::MAX).await?;
            last.map_or(0, |(position, _)| position)
        }
        None => events::store::last_position(reader).await?,
    };
    let attributes = Wire {
        up_to_date: webhook.position >= last,
        url: webhook.url,
        description: webhook.description,
        enabled: webhook.is_enabled,
        disabled_reason: webhook.disabled_reason,
        secret: secret
            .map(|secret| secret.expose_text().map(str::to_owned))
            .transpose()?,
        previous_secret_until: webhook.previous_until.filter(|until| *until > ctx.now()),
        position: webhook.position,
        delivered_at: webhook.delivered_at,
        failing_since: webhook.failing_since,
        last_error: webhook.last_error,
        next_attempt_at: webhook.next_attempt_at,
        created_at: webhook.created_at,
    };
    Ok(Resource::new(webhook.id, attributes))
}

/// Events say who did what: they go encrypted, unless the address is one of the site's own machines.
fn checked_url(text: &str) -> Result<String> {
    let refuse = |why: &str| Err(Error::invalid("/data/attributes/url", why));
    let Ok(url) = Url::parse(text) else {
        return refuse("This is not an address; write it as https://example.com/path.");
    };
    let is_inside = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        _ if text.len() > 2_000 => refuse("The address is longer than 2,000 characters."),
        _ if !url.username().is_empty() || url.password().is_some() => {
            refuse("The address must not hold a user or password; deliveries are signed with the webhook's secret.")
        }
        "https" => Ok(url.to_string()),
        "http" if is_inside => Ok(url.to_string()),
        _ => refuse("The address must begin with https://; http:// is for private addresses only."),
    }
}

fn checked_description(text: String) -> Result<String> {
    if text.chars().count() <= 500 {
        return Ok(text);
    }
    Err(Error::invalid(
        "/data/attributes/description",
        "The description is longer than 500 characters.",
    ))
}
