//! The identities that are tied to one's own account.

use serde_json::json;
use slipway_api::ids::{IdentityProviderId, UserId};
use slipway_api::{Name, Timestamp};
use slipway_kernel::{Ctx, Error, Result, events};

use crate::identity_providers::store;
use crate::sessions::Current;
use crate::{sessions, teams, users};

/// An identity, as its owner sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The provider.
    pub provider_id: IdentityProviderId,
    /// The provider's name.
    pub provider: Name,
    /// Names the identity to [`remove`].
    pub key: String,
    /// The mail address that the provider named last.
    pub email: Option<String>,
    /// When it was last signed in with.
    pub used_at: Timestamp,
}

/// The identities of a user.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, user: UserId) -> Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for identity in store::identities_of(ctx.db.reader(), user).await? {
        let Some(provider) = store::by_id(ctx.db.reader(), identity.provider_id).await? else {
            continue;
        };
        shown.push(Shown {
            provider_id: provider.id,
            provider: provider.name,
            key: identity.subject_hash,
            email: identity.email,
            used_at: identity.used_at,
        });
    }
    Ok(shown)
}

/// Unties an identity from the account that is signed in, and ends its other sessions. The last way to sign in stays.
///
/// # Errors
///
/// `NotFound`; `Conflict` when it is the last way to sign in.
pub async fn remove(ctx: &Ctx, current: &Current, provider: IdentityProviderId, key: &str) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let user = users::store::by_id(&*tx, current.user).await?;
    let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
    let all = store::identities_of(&*tx, user.id).await?;
    if user.password_hash.is_none() && all.len() <= 1 {
        return Err(Error::conflict(
            "This is the only way for you to sign in. Set a password first.",
        ));
    }
    if !store::delete_identity(&tx, user.id, provider, key).await? {
        return Err(Error::not_found("identity", key));
    }
    let is_last_there = !all
        .iter()
        .any(|identity| identity.provider_id == provider && identity.subject_hash != key);
    if is_last_there {
        teams::service::replace_from_provider(&mut tx, ctx, user.id, provider, &[]).await?;
    }
    sessions::service::end_all(&mut tx, user.id, Some(current.id)).await?;
    let changes = json!({"provider": provider});
    events::record(
        &mut tx,
        ctx,
        users::service::event("user.identity-removed", &user, changes),
    )
    .await?;
    tx.commit().await
}
