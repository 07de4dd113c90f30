//! Changing one's own password.

use serde_json::json;
use slipway_api::ids::SessionId;
use slipway_api::users::PasswordChange;
use slipway_kernel::events;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::{event, notify, prove, user};
use crate::accounts::password;
use crate::links;
use crate::sessions;
use crate::sessions::service::{Shown, Started};
use crate::users::{self, PasswordHash, User};

const CURRENT: &str = "/data/attributes/current_password";
const NEW: &str = "/data/attributes/password";
const AGAIN: &str = "/data/attributes/password_confirmation";

/// Sets another password, which ends all sessions but `session`; that one gets another text. Tokens stay.
///
/// # Errors
///
/// `Invalid` at the field that is not acceptable; `Forbidden` for programs that are no users; `TooManyRequests`.
pub async fn change(ctx: &Ctx, wanted: PasswordChange, session: Option<SessionId>) -> Result<(User, Option<Started>)> {
    ctx.require_unlimited()?;
    let before = user(ctx, ctx.user()?).await?;
    if before.password_hash.is_none() {
        return Err(Error::invalid(
            CURRENT,
            "This account has no password. An administrator can make a link to set one.",
        ));
    }
    let given = SecretBytes::new(wanted.current_password.into_bytes());
    prove(ctx, &before, &given, CURRENT).await?;
    let hash = accepted(ctx, &before, wanted.password, &wanted.password_confirmation).await?;
    let mut tx = ctx.begin().await?;
    let changed = set(&mut tx, ctx, &before, hash, session).await?;
    let started = match session {
        Some(session) => Some(sessions::service::renew(&mut tx, ctx, session, Shown::Nothing).await?),
        None => None,
    };
    tx.commit().await?;
    Ok((changed, started))
}

/// The hash of a new password that was typed twice, if it is acceptable for the user.
pub(crate) async fn accepted(ctx: &Ctx, user: &User, typed: String, again: &str) -> Result<PasswordHash> {
    let typed = SecretBytes::new(typed.into_bytes());
    let text = typed.expose_text()?;
    password::acceptable(text, user.username.as_str(), user.email.as_deref(), NEW)?;
    if !slipway_kernel::tokens::are_equal(text, again) {
        return Err(Error::invalid(
            AGAIN,
            "The two passwords differ. Type the new one twice.",
        ));
    }
    password::hash(ctx, &typed).await
}

/// Writes another password: sessions but one end, and links to set it are void.
pub(crate) async fn set(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &User,
    hash: PasswordHash,
    except: Option<SessionId>,
) -> Result<User> {
    let user = before.with_password(hash, ctx.now());
    users::store::update(tx, &user).await?;
    links::store::delete_of_user(tx, user.id).await?;
    let ended = sessions::service::end_all(tx, user.id, except).await?;
    let changes = json!({"sessions-ended": ended});
    events::record(tx, ctx, event("user.password-changed", &user, changes)).await?;
    let text = format!(
        "The password of your Slipway account {} was changed just now.\n\nIf that was not you, ask an administrator to \
         suspend the account, and look through its API tokens: they still work.\n",
        user.username
    );
    notify(tx, ctx, user.email.as_ref(), "Your password was changed", text).await?;
    Ok(user)
}
