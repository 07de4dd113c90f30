//! Linking one's accounts at forges, and finding who an account is.

use serde_json::json;
use slipway_api::forge_accounts::NewForgeAccount;
use slipway_api::ids::{ForgeAccountId, UserId};
use slipway_kernel::{Ctx, Error, Result, Tx, events, tokens};

use super::model::{ForgeAccount, MOST};
use super::store;
use crate::identity_providers;
use crate::openid::pkce;
use crate::users;

/// One's own links, oldest first.
///
/// # Errors
///
/// `Forbidden` for a limited token, and for programs.
pub async fn list(ctx: &Ctx) -> Result<Vec<ForgeAccount>> {
    ctx.require_unlimited()?;
    store::of_user(ctx.db.reader(), ctx.user()?).await
}

/// Begins to link an account at a forge to oneself; gives the code that the account has to write there
/// (`slipway link CODE`), as [`prove`] hears of it. What it writes counts as said by oneself from then on.
///
/// # Errors
///
/// `Invalid`; `AlreadyExists` when somebody proved that he has it; `Conflict` when there are too many.
pub async fn link(ctx: &Ctx, wanted: &NewForgeAccount) -> Result<(ForgeAccount, String)> {
    ctx.require_unlimited()?;
    let mut account = ForgeAccount::new(ctx.new_id()?, ctx.user()?, wanted, ctx.now())?;
    let code = pkce::unguessable(&ctx.random)?;
    account.code_hash = Some(tokens::hash(&code));
    let mut tx = ctx.begin().await?;
    store::delete_unproved(&tx, &account.host, &account.login).await?;
    if store::of_user(&*tx, account.user_id).await?.len() >= MOST {
        return Err(Error::conflict(format!(
            "{MOST} accounts are linked already; unlink one first."
        )));
    }
    store::insert(&tx, &account).await?;
    record(&mut tx, ctx, &account, "user.forge-account-linked").await?;
    tx.commit().await?;
    Ok((account, code))
}

/// Ends a link: the account with this id and login wrote this code at the forge. Says whether it counts now; the same
/// again changes nothing.
///
/// # Errors
///
/// Those of the database.
pub async fn prove(ctx: &Ctx, host: &str, (account, login): (&str, &str), code: &str) -> Result<bool> {
    let found = store::of_login(ctx.db.reader(), host, &login.to_lowercase()).await?;
    let Some(link) = found.filter(|_| !account.is_empty()) else {
        return Ok(false);
    };
    if link.account_id.is_some() {
        return Ok(link.account_id.as_deref() == Some(account));
    }
    if !link.is_proved_by(code, ctx.now()) {
        return Ok(false);
    }
    let mut tx = ctx.begin().await?;
    let is_first = store::set_proved(&tx, link.id, account).await?;
    if is_first {
        record(&mut tx, ctx, &link, "user.forge-account-proved").await?;
        tx.commit().await?;
    }
    Ok(is_first)
}

/// Unlinks one of one's own accounts.
///
/// # Errors
///
/// `NotFound`.
pub async fn unlink(ctx: &Ctx, id: ForgeAccountId) -> Result<()> {
    let missing = || Error::not_found("forge account", id);
    let account = list(ctx)
        .await?
        .into_iter()
        .find(|account| account.id == id)
        .ok_or_else(missing)?;
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, account.user_id, id).await? {
        return Err(missing());
    }
    record(&mut tx, ctx, &account, "user.forge-account-unlinked").await?;
    tx.commit().await
}

/// Who an account at a forge is here: whoever signs in by it, or linked it and proved that it is meant.
///
/// # Errors
///
/// Those of the database.
pub async fn user_of(ctx: &Ctx, host: &str, account: &str, login: &str) -> Result<Option<UserId>> {
    if account.is_empty() {
        return Ok(None);
    }
    if let Some(user) = identity_providers::service::user_at(ctx, host, account).await? {
        return Ok(Some(user));
    }
    let link = store::of_login(ctx.db.reader(), host, &login.to_lowercase()).await?;
    let link = link.filter(|link| link.account_id.as_deref() == Some(account));
    Ok(link.map(|link| link.user_id))
}

async fn record(tx: &mut Tx, ctx: &Ctx, account: &ForgeAccount, action: &'static str) -> Result<()> {
    let user = users::store::by_id(&**tx, account.user_id).await?;
    let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
    let changes = json!({"host": account.host, "login": account.login});
    events::record(tx, ctx, users::service::event(action, &user, changes)).await
}
