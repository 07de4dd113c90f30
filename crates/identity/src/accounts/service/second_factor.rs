//! Setting up and turning off the second factor.

use serde_json::json;
use slipway_api::ids::UserId;
use slipway_kernel::secrets::{Place, SecretBytes};
use slipway_kernel::{Ctx, Error, Result, events};

use super::{as_user, event, prove, subjects, user};
use crate::accounts::{SecondFactor, one_time, store};
use crate::attempts::{self, Subject};
use crate::sessions::service::{Shown, Started};
use crate::sessions::{self, Current};
use crate::users::User;

/// Where the proof stands in a form.
const PROOF: &str = "/data/attributes/proof";

/// What is known of somebody's second factor. No `Debug`: it may have the secret.
pub struct Status {
    /// Whether it is asked for.
    pub is_on: bool,
    /// The secret, while the app still has to be told of it.
    pub secret: Option<SecretBytes>,
    /// Recovery codes that were not used.
    pub codes_left: u64,
}

/// The state of the user's second factor.
///
/// # Errors
///
/// Those of the database.
pub async fn status(ctx: &Ctx, user: UserId) -> Result<Status> {
    let factor = store::factor(ctx.db.reader(), user).await?;
    let is_on = factor.as_ref().is_some_and(|factor| factor.confirmed_at.is_some());
    let secret = match &factor {
        Some(factor) if !is_on => Some(opened(ctx, factor).await?),
        _ => None,
    };
    let codes_left = store::count_codes(ctx.db.reader(), user).await?;
    Ok(Status {
        is_on,
        secret,
        codes_left,
    })
}

/// Makes a secret, to be told to an app and [confirmed](confirm).
///
/// # Errors
///
/// `Conflict` when there is a second factor already.
pub async fn begin(ctx: &Ctx, current: &Current) -> Result<()> {
    let user = user(ctx, current.user).await?;
    let secret = one_time::secret(&ctx.random)?;
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place(user.id), secret.expose())
        .await?;
    let tx = ctx.begin().await?;
    let before = store::factor(&*tx, user.id).await?;
    if before.is_some_and(|factor| factor.confirmed_at.is_some()) {
        return Err(Error::conflict("There is a second factor already; turn it off first."));
    }
    store::delete(&tx, user.id).await?;
    let factor = SecondFactor {
        user_id: user.id,
        secret: sealed,
        confirmed_at: None,
        last_step: 0,
        created_at: ctx.now(),
    };
    store::insert(&tx, &factor).await?;
    tx.commit().await
}

/// Turns the second factor on by a first code, which shows that the app has the secret. All other sessions end. Returns
/// the recovery codes, which are shown once.
///
/// # Errors
///
/// `Invalid` for a wrong code; `Conflict` when nothing was begun, or it is on already; `TooManyRequests`.
pub async fn confirm(ctx: &Ctx, current: &Current, code: &str) -> Result<(Vec<SecretBytes>, Started)> {
    let user = user(ctx, current.user).await?;
    let ctx = as_user(ctx, &user);
    let counted = attempts::service::count(&ctx, subjects(&ctx, Subject::Account(user.id))).await?;
    let Some(step) = super::sign_in::step(&ctx, user.id, code).await? else {
        return Err(Error::invalid(
            "/data/attributes/code",
            "This code is not right. Type the one that your app shows now; the clocks of this server and of your \
             device must agree to half a minute.",
        ));
    };
    let codes = one_time::recovery_codes(&ctx.random)?;
    let hashes = hashes(&codes)?;
    let mut tx = ctx.begin().await?;
    if !store::confirm(&tx, user.id, ctx.now()).await? || !store::take_step(&tx, user.id, step).await? {
        return Err(Error::conflict("The second factor is on already."));
    }
    store::replace_codes(&tx, user.id, hashes).await?;
    attempts::service::succeeded(&tx, &counted).await?;
    sessions::service::end_all(&mut tx, user.id, Some(current.id)).await?;
    let started = sessions::service::renew(&mut tx, &ctx, current.id, Shown::SecondFactor).await?;
    events::record(&mut tx, &ctx, event("user.second-factor-enabled", &user, json!({}))).await?;
    tx.commit().await?;
    Ok((codes, started))
}

/// Turns the second factor off. `proof` is a code of the app or the password.
///
/// # Errors
///
/// `Invalid` when it proves nothing; `Conflict` when it is off, or the site asks for one; `TooManyRequests`.
pub async fn turn_off(ctx: &Ctx, current: &Current, proof: SecretBytes) -> Result<Started> {
    if ctx.settings.sign_in.second_factor_required {
        return Err(Error::conflict("This site asks everybody for a second factor."));
    }
    let user = user(ctx, current.user).await?;
    show(ctx, &user, proof).await?;
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, user.id).await? {
        return Err(Error::conflict("There is no second factor to turn off."));
    }
    sessions::service::end_all(&mut tx, user.id, Some(current.id)).await?;
    let started = sessions::service::renew(&mut tx, ctx, current.id, Shown::Nothing).await?;
    events::record(&mut tx, ctx, event("user.second-factor-disabled", &user, json!({}))).await?;
    tx.commit().await?;
    Ok(started)
}

/// Makes other recovery codes; those before are void. `proof` is a code of the app or the password.
///
/// # Errors
///
/// `Invalid` when it proves nothing; `Conflict` when the second factor is off; `TooManyRequests`.
pub async fn new_codes(ctx: &Ctx, current: &Current, proof: SecretBytes) -> Result<Vec<SecretBytes>> {
    let user = user(ctx, current.user).await?;
    show(ctx, &user, proof).await?;
    if !status(ctx, user.id).await?.is_on {
        return Err(Error::conflict(
            "There is no second factor that recovery codes could stand for.",
        ));
    }
    let codes = one_time::recovery_codes(&ctx.random)?;
    let hashes = hashes(&codes)?;
    let mut tx = ctx.begin().await?;
    store::replace_codes(&tx, user.id, hashes).await?;
    events::record(&mut tx, ctx, event("user.recovery-codes-made", &user, json!({}))).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Succeeds if `proof` is a code of the user's app, which is then used, or the user's password.
async fn show(ctx: &Ctx, user: &User, proof: SecretBytes) -> Result<()> {
    let is_code = proof.expose().len() <= 8;
    if !is_code {
        return prove(ctx, user, &proof, PROOF).await;
    }
    let counted = attempts::service::count(ctx, subjects(ctx, Subject::Account(user.id))).await?;
    let step = super::sign_in::step(ctx, user.id, proof.expose_text()?).await?;
    let tx = ctx.begin().await?;
    let is_right = match step {
        Some(step) => store::take_step(&tx, user.id, step).await?,
        None => false,
    };
    if !is_right {
        return Err(Error::invalid(
            PROOF,
            "This is neither your password nor a code that your app shows now.",
        ));
    }
    attempts::service::succeeded(&tx, &counted).await?;
    tx.commit().await
}

/// The secret of a second factor.
pub(super) async fn opened(ctx: &Ctx, factor: &SecondFactor) -> Result<SecretBytes> {
    ctx.secrets
        .open(ctx.db.reader(), None, &place(factor.user_id), &factor.secret)
        .await
}

fn place(user: UserId) -> Place {
    Place::new("second_factors", "secret", user)
}

fn hashes(codes: &[SecretBytes]) -> Result<Vec<String>> {
    codes
        .iter()
        .map(|code| Ok(one_time::recovery_hash(code.expose_text()?)))
        .collect()
}
