//! Rotating tokens and taking them back.

use std::time::Duration;

use serde_json::json;
use slipway_api::ids::TokenId;
use slipway_api::tokens::TokenRotation;
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Error, Result, events};

use super::make::{NewlyMade, expiry};
use super::{Holder, event, get_single, scopes, visible_with_holder};
use crate::roles::PermissionTree;
use crate::tokens::model::{Token, is_expired};
use crate::tokens::store;

/// Minutes that the text before a rotation can be taken for: a day.
const LONGEST_GRACE: u32 = 24 * 60;

/// Gives a token another text; the one so far is taken for the grace period only. Who may make a token of its holder may,
/// and the holder himself.
///
/// # Errors
///
/// `NotFound` as for [`super::get_visible`]; `Forbidden`, also when the caller's own token is limited and this one is
/// less; `Invalid` for a grace of more than a day and for an expiry that has passed; `Conflict` when somebody was faster.
pub async fn rotate(ctx: &Ctx, tree: &PermissionTree, id: TokenId, wanted: TokenRotation) -> Result<NewlyMade> {
    let (token, holder) = visible_with_holder(ctx, id).await?;
    if !holder.is_self(ctx) {
        holder.require_maker(ctx, tree).await?;
    }
    scopes::require_within(ctx, tree, token.scopes.as_ref()).await?;
    if wanted.grace_minutes > LONGEST_GRACE {
        return Err(Error::invalid(
            "/data/attributes/grace-minutes",
            format!("The text so far is taken for at most {LONGEST_GRACE} minutes, a day."),
        ));
    }
    if is_expired(token.expires_at, ctx.now()) && wanted.expired_at.is_none() {
        return Err(Error::conflict(
            "This token has expired. Say until when it shall live from now on, with \"expired-at\".",
        ));
    }
    let expires_at = match wanted.expired_at {
        Some(at) if is_expired(Some(at), ctx.now()) => {
            return Err(Error::invalid(
                "/data/attributes/expired-at",
                "A token must expire in the future.",
            ));
        }
        Some(at) => expiry(ctx, holder.organization(), Some(at)).await?,
        None => None,
    };
    let text = slipway_kernel::tokens::generate(token.kind.letter(), &ctx.random)?;
    let hash = slipway_kernel::tokens::hash(text.expose_text()?);
    let grace = Duration::from_secs(u64::from(wanted.grace_minutes) * 60);
    let rotated = token.rotated(hash, grace, expires_at, ctx.now());
    let mut tx = ctx.begin().await?;
    if !store::set_rotated(&tx, &token, &rotated).await? {
        return Err(Error::conflict("Somebody rotated this token at the same moment."));
    }
    grants::changed(&mut tx).await?;
    let changes = json!({"grace-minutes": wanted.grace_minutes, "expired-at": rotated.expires_at});
    events::record(&mut tx, ctx, event("token.rotated", &rotated, changes)).await?;
    tx.commit().await?;
    Ok(NewlyMade { token: rotated, text })
}

/// Takes a token back: it is refused from the moment this is answered.
///
/// # Errors
///
/// `NotFound` as for [`super::get_visible`]; `Forbidden` when the caller may not manage the tokens of its holder, or when
/// his own token is limited and this one is less.
pub async fn revoke(ctx: &Ctx, tree: &PermissionTree, id: TokenId) -> Result<()> {
    let (token, holder) = visible_with_holder(ctx, id).await?;
    take(ctx, tree, &token, &holder).await
}

/// Takes TFE's single token of a team or organization back.
///
/// # Errors
///
/// As for [`revoke`].
pub async fn revoke_single(ctx: &Ctx, tree: &PermissionTree, holder: &Holder) -> Result<()> {
    let token = get_single(ctx, holder).await?;
    take(ctx, tree, &token, holder).await
}

async fn take(ctx: &Ctx, tree: &PermissionTree, token: &Token, holder: &Holder) -> Result<()> {
    holder.require_taker(ctx).await?;
    scopes::require_within(ctx, tree, token.scopes.as_ref()).await?;
    let mut tx = ctx.begin().await?;
    if !store::revoke(&tx, token.id, ctx.now()).await? {
        return Err(Error::not_found("token", token.id));
    }
    grants::changed(&mut tx).await?;
    events::record(&mut tx, ctx, event("token.revoked", token, json!({}))).await?;
    tx.commit().await
}
