//! Setting a password anew by a link: asked for by who forgot it, or made by an administrator.

use serde_json::json;
use slipway_api::ids::UserId;
use slipway_api::{Code, Name};
use slipway_kernel::grants::Scope;
use slipway_kernel::{Ctx, Error, Result, events, mail};

use super::{as_user, event, managed, notify, password, subjects};
use crate::attempts::{self, Subject};
use crate::links::service::{About, NewlyMade};
use crate::links::{self, Link, LinkKind};
use crate::permissions::{EVERYTHING, USER_MANAGE};
use crate::users::{self, User};

/// Sends a link to whoever forgot the password, if the name or the address is somebody's. The answer does not tell, nor
/// does its time: looking and sending happen after it. A link goes only to an address that its owner has shown to read.
///
/// # Errors
///
/// `TooManyRequests`; `Conflict` where no mails are sent.
pub async fn ask(ctx: &Ctx, name: &str) -> Result<()> {
    if !mail::is_configured(&ctx.settings) {
        return Err(Error::conflict(
            "This server sends no mail. Ask an administrator of the site for a link to set your password.",
        ));
    }
    let name = name.trim().to_owned();
    attempts::service::count(ctx, subjects(ctx, Subject::Mail(name.clone()))).await?;
    let ctx = ctx.clone();
    tokio::spawn(async move {
        if let Err(error) = send(&ctx, &name).await {
            tracing::error!(%error, "a link to set a password could not be sent");
        }
    });
    Ok(())
}

async fn send(ctx: &Ctx, name: &str) -> Result<()> {
    let users = match name.parse::<Name>() {
        Ok(name) => users::store::by_name(ctx.db.reader(), &name)
            .await?
            .into_iter()
            .collect(),
        Err(_) => users::store::by_email(ctx.db.reader(), name).await?,
    };
    let reachable = |user: &&User| !user.is_suspended && !user.is_service_account && user.is_email_verified;
    for user in users.iter().filter(reachable) {
        make(ctx, user, user.email.clone()).await?;
    }
    Ok(())
}

/// Makes a link for a user, by an administrator: sent to the user's address where mails are sent; otherwise in the answer,
/// which only a site administrator gets, because whoever has the link can become the user.
///
/// # Errors
///
/// `NotFound`; `Forbidden`, also for a site administrator when the caller is none; `Conflict` for a program's account.
pub async fn by_administrator(ctx: &Ctx, id: UserId) -> Result<NewlyMade> {
    let user = managed(ctx, id, USER_MANAGE).await?;
    if user.is_service_account || user.is_suspended {
        return Err(Error::conflict(format!(
            "The user \"{}\" cannot sign in: the account is suspended, or stands for a program.",
            user.username
        )));
    }
    let sent_to = user.email.clone().filter(|_| mail::is_configured(&ctx.settings));
    let is_admin = ctx.granted().await?.allows(EVERYTHING, &Scope::site());
    if sent_to.is_none() && !is_admin {
        return Err(Error::new(
            Code::Forbidden,
            "The link cannot be sent by mail, and only a site administrator may see it.",
        ));
    }
    make(ctx, &user, sent_to).await
}

async fn make(ctx: &Ctx, user: &User, sent_to: Option<String>) -> Result<NewlyMade> {
    let mut tx = ctx.begin().await?;
    links::store::delete_of_user(&tx, user.id).await?;
    let about = About {
        user: Some(user.id),
        sent_to: sent_to.clone(),
        ..About::default()
    };
    let made = links::service::add(&tx, ctx, LinkKind::PasswordReset, about).await?;
    let changes = json!({"sent-to": sent_to});
    events::record(&mut tx, ctx, event("user.password-reset-asked", user, changes)).await?;
    let text = format!(
        "To set the password of your Slipway account {} anew, open this address within an hour:\n\n{}\n\nIf you did not \
         ask for this, do nothing: the password stays as it is.\n",
        user.username, made.url
    );
    notify(&mut tx, ctx, sent_to.as_ref(), "Set your password", text).await?;
    tx.commit().await?;
    Ok(made)
}

/// The user that a link is for.
///
/// # Errors
///
/// `NotFound` when the link was used, has expired or never was one.
pub async fn look(ctx: &Ctx, text: &str) -> Result<(Link, User)> {
    let link = links::service::find(ctx, LinkKind::PasswordReset, text).await?;
    let missing = || Error::internal("a link to set a password names nobody");
    let id = link.user_id.ok_or_else(missing)?;
    let user = users::store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    Ok((link, user))
}

/// Sets the password and ends all sessions. The user then signs in with it, and with the second factor if there is one.
///
/// # Errors
///
/// `NotFound` when the link cannot be used any more; `Invalid` when the password is not acceptable.
pub async fn use_link(ctx: &Ctx, text: &str, typed: String, again: &str) -> Result<User> {
    let (link, user) = look(ctx, text).await?;
    let ctx = as_user(ctx, &user);
    let hash = password::accepted(&ctx, &user, typed, again).await?;
    let mut tx = ctx.begin().await?;
    links::service::take(&tx, &link).await?;
    let mut after = password::set(&mut tx, &ctx, &user, hash, None).await?;
    if link.sent_to.is_some() && link.sent_to == after.email && !after.is_email_verified {
        after = after.with_verified_email();
        users::store::update(&tx, &after).await?;
    }
    tx.commit().await?;
    Ok(after)
}
