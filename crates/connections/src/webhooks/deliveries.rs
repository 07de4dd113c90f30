//! What people do with webhooks and deliveries.

use serde_json::{Value, json};
use slipway_api::ids::{DeliveryId, RepositoryId};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::model::{Delivery, HookState, Webhook};
use super::store::Filter;
use super::{hooks, looking, receiving, store};
use crate::permissions::{REPOSITORY_READ, WEBHOOK_MANAGE, WEBHOOK_READ};
use crate::repositories::fetching::record;
use crate::repositories::{Repository, opening, service};

/// The webhook of a repository as it stands; none before the repository was first looked at.
pub(super) async fn webhook(ctx: &Ctx, id: RepositoryId) -> Result<(Repository, Option<Webhook>)> {
    let repository = service::load(ctx, id, REPOSITORY_READ).await?;
    let webhook = store::of_repository(ctx.db.reader(), id).await?;
    Ok((repository, webhook))
}

/// Sets or mends the hook now.
pub(super) async fn set(ctx: &Ctx, id: RepositoryId) -> Result<Webhook> {
    let repository = service::load(ctx, id, WEBHOOK_MANAGE).await?;
    let forge = opening::forge(ctx, &repository).await?;
    let webhook = looking::hook(ctx, &repository, forge.as_deref()).await?;
    note(
        ctx,
        &repository,
        "webhook.set",
        json!({"state": webhook.state.as_str(), "error": webhook.error}),
    )
    .await?;
    Ok(webhook)
}

/// Gives the webhook a new secret and tells the forge. The secret itself is told only where a person has to set the hook by
/// hand.
pub(super) async fn rotate(ctx: &Ctx, id: RepositoryId) -> Result<(Webhook, Option<Zeroizing<String>>)> {
    let repository = service::load(ctx, id, WEBHOOK_MANAGE).await?;
    let forge = opening::forge(ctx, &repository).await?;
    let seen = looking::hook(ctx, &repository, forge.as_deref()).await?;
    let secret = hooks::rotate(ctx, &seen).await?;
    note(ctx, &repository, "webhook.secret-rotated", json!({})).await?;
    let webhook = looking::hook(ctx, &repository, forge.as_deref()).await?;
    let is_by_hand = webhook.state == HookState::Impossible;
    Ok((webhook, Some(secret).filter(|_| is_by_hand)))
}

/// A page of deliveries, newest first.
pub(super) async fn list(ctx: &Ctx, id: RepositoryId, filter: &Filter<'_>, page: &Page) -> Result<Listed<Delivery>> {
    let repository = service::load(ctx, id, WEBHOOK_READ).await?;
    store::list(ctx.db.reader(), repository.id, filter, page).await
}

/// A delivery with its body.
pub(super) async fn get(ctx: &Ctx, id: DeliveryId) -> Result<(Delivery, Vec<u8>)> {
    let (_, delivery) = found(ctx, id).await?;
    let body = receiving::body(ctx, &delivery).await?;
    Ok((delivery, body))
}

/// Has a delivery handled again.
pub(super) async fn redeliver(ctx: &Ctx, id: DeliveryId) -> Result<Delivery> {
    let (repository, delivery) = found(ctx, id).await?;
    ctx.authorize(WEBHOOK_MANAGE, &repository.target()).await?;
    let mut tx = ctx.begin().await?;
    if !store::redeliver(&tx, id).await? {
        return Err(Error::conflict("The delivery waits to be handled already."));
    }
    receiving::enqueue(&mut tx, ctx, &delivery).await?;
    let changes = json!({"delivery": id, "event": delivery.event});
    record(&mut tx, ctx, &repository, "webhook.redelivered", changes).await?;
    tx.commit().await?;
    let again = store::find_delivery(ctx.db.reader(), id).await?;
    again.ok_or_else(|| missing(id))
}

async fn found(ctx: &Ctx, id: DeliveryId) -> Result<(Repository, Delivery)> {
    let delivery = store::find_delivery(ctx.db.reader(), id).await?;
    let delivery = delivery.ok_or_else(|| missing(id))?;
    let repository = service::get(ctx, delivery.repository_id).await?;
    match service::load(ctx, repository.id, WEBHOOK_READ).await {
        // Which repository it is of is not for who may not see it.
        Err(error) if error.code() == slipway_api::Code::NotFound => Err(missing(id)),
        outcome => Ok((outcome?, delivery)),
    }
}

fn missing(id: DeliveryId) -> Error {
    Error::not_found("delivery", id)
}

async fn note(ctx: &Ctx, repository: &Repository, action: &'static str, changes: Value) -> Result<()> {
    let mut tx = ctx.begin().await?;
    record(&mut tx, ctx, repository, action, changes).await?;
    tx.commit().await
}
