//! Changing one's own account, and keeping somebody out of his.

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::UserId;
use slipway_api::users::{AccountChanges, TwoFactor};
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Error, Result, events};

use super::{event, managed, notify, user};
use crate::accounts::store;
use crate::changes::changed_fields;
use crate::permissions::USER_MANAGE;
use crate::users::{self, User};
use crate::{links, sessions};

/// Changes the caller's own account.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken; `Invalid`; `Forbidden` for programs that are no users, and limited tokens.
pub async fn update(ctx: &Ctx, changes: AccountChanges) -> Result<User> {
    ctx.require_unlimited()?;
    let before = user(ctx, ctx.user()?).await?;
    let after = before.changed(changes)?;
    let mut tx = ctx.begin().await?;
    users::store::update(&tx, &after).await?;
    // Callers are known by their names.
    grants::changed(&mut tx).await?;
    let fields = changed_fields([
        ("username", json!(before.username), json!(after.username)),
        ("email", json!(before.email), json!(after.email)),
    ]);
    events::record(&mut tx, ctx, event("user.updated", &after, fields)).await?;
    if before.email != after.email {
        let text = format!(
            "This address no longer belongs to the Slipway account {}.\n\nIf you did not change it, ask an administrator \
             to suspend the account.\n",
            after.username
        );
        notify(
            &mut tx,
            ctx,
            before.email.as_ref(),
            "Your mail address was changed",
            text,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Keeps a user out, or lets him in again. From the moment this is answered, neither sessions nor tokens count.
///
/// # Errors
///
/// `NotFound`; `Forbidden`, also for a site administrator when the caller is none; `Conflict` when it is so already, and
/// for oneself.
pub async fn suspend(ctx: &Ctx, id: UserId, is_suspended: bool) -> Result<User> {
    let before = managed(ctx, id, USER_MANAGE).await?;
    if users::service::is_self(ctx, id) {
        return Err(Error::conflict(
            "You cannot suspend yourself; ask another administrator.",
        ));
    }
    let after = before.suspended(is_suspended)?;
    let mut tx = ctx.begin().await?;
    users::store::update(&tx, &after).await?;
    links::store::delete_of_user(&tx, id).await?;
    sessions::service::end_all(&mut tx, id, None).await?;
    let action = if is_suspended {
        "user.suspended"
    } else {
        "user.unsuspended"
    };
    events::record(&mut tx, ctx, event(action, &after, json!({}))).await?;
    tx.commit().await?;
    Ok(after)
}

/// Takes a user's second factor away, for who lost the app and the recovery codes.
///
/// # Errors
///
/// `NotFound`; `Forbidden`, also for a site administrator when the caller is none; `Conflict` when there is none.
pub async fn disable_second_factor(ctx: &Ctx, id: UserId) -> Result<User> {
    let user = managed(ctx, id, USER_MANAGE).await?;
    if users::service::is_self(ctx, id) {
        return Err(Error::new(
            Code::Conflict,
            "Turn off your own second factor on the page of your account.",
        ));
    }
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, id).await? {
        return Err(Error::conflict(format!(
            "The user \"{}\" has no second factor.",
            user.username
        )));
    }
    sessions::service::end_all(&mut tx, id, None).await?;
    events::record(&mut tx, ctx, event("user.second-factor-disabled", &user, json!({}))).await?;
    tx.commit().await?;
    Ok(user)
}

/// What is told of a user's second factor to himself.
///
/// # Errors
///
/// Those of the database.
pub async fn two_factor(ctx: &Ctx, id: UserId) -> Result<TwoFactor> {
    let factor = store::factor(ctx.db.reader(), id).await?;
    Ok(TwoFactor {
        enabled: factor.is_some(),
        verified: factor.is_some_and(|factor| factor.confirmed_at.is_some()),
    })
}
