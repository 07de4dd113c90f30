//! What people do to sign in, and with their own accounts; a file per verb.

pub mod password;
pub mod profile;
pub mod reset;
pub mod second_factor;
pub mod set_up;
pub mod sign_in;
pub mod verify;

use slipway_api::ids::UserId;
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::Permission;
use slipway_kernel::mail::{self, Mail};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::password as passwords;
use crate::attempts::{self, Subject};
use crate::callers::require_at_site;
use crate::users::{self, User};

/// The same work, done by the user: who signs in is the actor of what follows.
pub(crate) fn as_user(ctx: &Ctx, user: &User) -> Ctx {
    Ctx::new(ctx.kernel().clone(), user.actor(), ctx.origin().clone())
}

/// The same work, done by the server: it makes accounts for those who have a link.
pub(crate) fn as_system(ctx: &Ctx) -> Ctx {
    Ctx::new(ctx.kernel().clone(), Actor::System, ctx.origin().clone())
}

/// The user with this id, of whom it is known that he is there.
pub(crate) async fn user(ctx: &Ctx, id: UserId) -> Result<User> {
    let user = users::store::by_id(ctx.db.reader(), id).await?;
    user.ok_or_else(slipway_kernel::ctx::unauthenticated)
}

/// The user with this id, for who manages users: a site administrator only for another one.
pub(crate) async fn managed(ctx: &Ctx, id: UserId, permission: Permission) -> Result<User> {
    require_at_site(ctx, permission).await?;
    let user = users::store::by_id(ctx.db.reader(), id).await?;
    let user = user.ok_or_else(|| Error::not_found("user", id))?;
    users::service::require_as_strong(ctx, id).await?;
    Ok(user)
}

/// Whom an attempt on the account is counted for.
pub(crate) fn subjects(ctx: &Ctx, of: Subject) -> Vec<Subject> {
    std::iter::once(of).chain(attempts::service::address(ctx)).collect()
}

/// Succeeds if `password` is the user's.
///
/// # Errors
///
/// `Invalid` at `pointer` when it is not; `TooManyRequests`.
pub(crate) async fn prove(ctx: &Ctx, user: &User, password: &SecretBytes, pointer: &str) -> Result<()> {
    let counted = attempts::service::count(ctx, subjects(ctx, Subject::Account(user.id))).await?;
    if !passwords::is_right(ctx, Some(user), password).await? {
        return Err(Error::invalid(pointer, "This is not your password."));
    }
    let tx = ctx.begin().await?;
    attempts::service::succeeded(&tx, &counted).await?;
    tx.commit().await
}

/// Sends the user a mail, where mails are sent and the user has an address.
pub(crate) async fn notify(tx: &mut Tx, ctx: &Ctx, to: Option<&String>, subject: &str, text: String) -> Result<()> {
    let Some(to) = to.filter(|_| mail::is_configured(&ctx.settings)) else {
        return Ok(());
    };
    let mail = Mail {
        to: to.clone(),
        subject: subject.to_owned(),
        text,
    };
    mail::send(tx, ctx, &mail).await?;
    Ok(())
}

pub(crate) fn event(action: &'static str, user: &User, changes: serde_json::Value) -> NewEvent {
    users::service::event(action, user, changes)
}

/// Removes links, sessions and counts that nobody can use any more.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    crate::links::service::sweep(ctx).await?;
    crate::sessions::service::sweep(ctx).await?;
    attempts::service::sweep(ctx).await
}
