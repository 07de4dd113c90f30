//! Linking one's accounts at forges, and finding who an account is.

use serde_json::json;
use slipway_api::forge_accounts::NewForgeAccount;
use slipway_api::ids::{ForgeAccountId, UserId};
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::model::{ForgeAccount, MOST};
use super::store;
use crate::identity_providers;
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

/// Links an account at a forge to oneself: what it writes there counts as said by oneself.
///
/// # Errors
///
/// `Invalid`; `AlreadyExists` when somebody has it; `Conflict` when there are too many.
pub async fn link(ctx: &Ctx, wanted: &NewForgeAccount) -> Result<ForgeAccount> {
    ctx.require_unlimited()?;
    let account = ForgeAccount::new(ctx.new_id()?, ctx.user()?, wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    if store::of_user(&*tx, account.user_id).await?.len() >= MOST {
        return Err(Error::conflict(format!(
            "{MOST} accounts are linked already; unlink one first."
        )));
    }
    store::insert(&tx, &account).await?;
    record(&mut tx, ctx, &account, "user.forge-account-linked").await?;
    tx.commit().await?;
    Ok(account)
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

/// Who an account at a forge is here: whoever signs in by it, or linked it.
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
    let Some(link) = store::of_login(ctx.db.reader(), host, &login.to_lowercase()).await? else {
        return Ok(None);
    };
    match &link.account_id {
        Some(seen) => Ok((seen == account).then_some(link.user_id)),
        None => {
            let tx = ctx.begin().await?;
            let is_first = store::set_seen(&tx, link.id, account).await?;
            tx.commit().await?;
            // Somebody else's delivery may have been faster by a moment; the next one sees whose it was.
            Ok(is_first.then_some(link.user_id))
        }
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, account: &ForgeAccount, action: &'static str) -> Result<()> {
    let user = users::store::by_id(&**tx, account.user_id).await?;
    let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
    let changes = json!({"host": account.host, "login": account.login});
    events::record(tx, ctx, users::service::event(action, &user, changes)).await
}
