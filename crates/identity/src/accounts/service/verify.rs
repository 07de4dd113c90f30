//! Showing to read one's own mail address, by a link that is sent to it.

use serde_json::json;
use slipway_kernel::{Ctx, Error, Result, events, mail};

use super::{as_user, event, notify, subjects, user};
use crate::attempts::{self, Subject};
use crate::links::service::About;
use crate::links::{self, Link, LinkKind};
use crate::users::{self, User};

/// Sends a link to the caller's mail address.
///
/// # Errors
///
/// `Conflict` where no mails are sent, and when there is no address or it is known already; `TooManyRequests`.
pub async fn ask(ctx: &Ctx) -> Result<()> {
    ctx.require_unlimited()?;
    let user = user(ctx, ctx.user()?).await?;
    if !mail::is_configured(&ctx.settings) {
        return Err(Error::conflict("This server sends no mail."));
    }
    let email = user.email.clone().filter(|_| !user.is_email_verified);
    let Some(email) = email else {
        return Err(Error::conflict(
            "There is no mail address that is still to be verified.",
        ));
    };
    attempts::service::count(ctx, subjects(ctx, Subject::Mail(email.clone()))).await?;
    let mut tx = ctx.begin().await?;
    let about = About {
        user: Some(user.id),
        sent_to: Some(email.clone()),
        ..About::default()
    };
    let made = links::service::add(&tx, ctx, LinkKind::Verification, about).await?;
    let text = format!(
        "To show that this is the mail address of the Slipway account {}, open this address within a day:\n\n{}\n\nIf you \
         know nothing of it, do nothing.\n",
        user.username, made.url
    );
    notify(&mut tx, ctx, Some(&email), "Verify your mail address", text).await?;
    tx.commit().await
}

/// The user that a link is for, if it was sent to the address that he still has.
///
/// # Errors
///
/// `NotFound` when the link was used, has expired or never was one, and when the address has changed.
pub async fn look(ctx: &Ctx, text: &str) -> Result<(Link, User)> {
    let link = links::service::find(ctx, LinkKind::Verification, text).await?;
    let missing = || Error::internal("a link to verify an address names nobody");
    let id = link.user_id.ok_or_else(missing)?;
    let user = users::store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    if link.sent_to != user.email {
        return Err(links::service::gone());
    }
    Ok((link, user))
}

/// Notes that the user reads the address.
///
/// # Errors
///
/// Those of [`look`].
pub async fn use_link(ctx: &Ctx, text: &str) -> Result<()> {
    let (link, user) = look(ctx, text).await?;
    let ctx = as_user(ctx, &user);
    let mut tx = ctx.begin().await?;
    links::service::take(&tx, &link).await?;
    let user = user.with_verified_email();
    users::store::update(&tx, &user).await?;
    events::record(&mut tx, &ctx, event("user.email-verified", &user, json!({}))).await?;
    tx.commit().await
}
