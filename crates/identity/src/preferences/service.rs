//! What people do with their preferences.

use serde_json::Value;
use slipway_api::Code;
use slipway_api::ids::UserId;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{MOST, Preference};
use super::store;
use crate::users;

/// The caller's preferences, by key.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `Forbidden` for who is no person, and for a token with scopes.
pub async fn list(ctx: &Ctx, page: &Page) -> Result<Listed<Preference>> {
    store::list(ctx.db.reader(), person(ctx).await?, page).await
}

/// A preference of the caller's.
///
/// # Errors
///
/// Those of [`list`]; `NotFound` when there is none.
pub async fn get(ctx: &Ctx, key: &str) -> Result<Preference> {
    let found = store::find(ctx.db.reader(), person(ctx).await?, key).await?;
    found.ok_or_else(|| Error::not_found("preference", key))
}

/// Writes a preference of the caller's, over what it was: the last page that writes wins.
///
/// # Errors
///
/// Those of [`list`]; `Invalid` for a key or a value that is not kept; `Conflict` for one too many.
pub async fn put(ctx: &Ctx, key: &str, value: &Value) -> Result<Preference> {
    let preference = Preference::new(person(ctx).await?, key, value, ctx.now())?;
    let tx = ctx.begin().await?;
    store::put(&tx, &preference).await?;
    if store::count(&*tx, preference.user_id).await? > MOST {
        return Err(Error::conflict(format!(
            "You have {MOST} preferences, and no more are kept. Delete one first."
        )));
    }
    tx.commit().await?;
    Ok(preference)
}

/// Deletes a preference of the caller's.
///
/// # Errors
///
/// Those of [`get`].
pub async fn delete(ctx: &Ctx, key: &str) -> Result<()> {
    let user = person(ctx).await?;
    let tx = ctx.begin().await?;
    if !store::delete(&tx, user, key).await? {
        return Err(Error::not_found("preference", key));
    }
    tx.commit().await
}

/// The person behind the call: accounts of programs look at no console.
async fn person(ctx: &Ctx) -> Result<UserId> {
    let user = users::service::me(ctx).await?;
    ctx.require_unlimited()?;
    if user.is_service_account {
        return Err(Error::new(
            Code::Forbidden,
            "Preferences are of people. A service account has none.",
        ));
    }
    Ok(user.id)
}
