//! Signing in with a password, and then with a second factor.

use serde_json::json;
use slipway_api::ids::{SessionId, UserId};
use slipway_api::{Code, Name};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::{as_user, event, subjects, user};
use crate::accounts::{one_time, password, store};
use crate::attempts::{self, Subject};
use crate::sessions::service::{Beginning, Shown, Started};
use crate::sessions::{self, Current, Stage};
use crate::users::{self, User};

/// What somebody typed to sign in. No `Debug`.
pub struct Credentials {
    /// The user's name, or the mail address.
    pub name: String,
    /// The password.
    pub password: SecretBytes,
}

/// The browser that somebody signs in with.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// The session that it came with, which ends with the sign-in.
    pub session: Option<SessionId>,
}

/// Signs in. The session may not be through yet: see its stage.
///
/// # Errors
///
/// `Unauthenticated`, in the same words and after the same work, for an unknown name and a wrong password; `Forbidden`
/// for a suspended user who knows the password; `TooManyRequests`.
pub async fn sign_in(ctx: &Ctx, typed: Credentials, browser: Browser) -> Result<Started> {
    let found = find(ctx, typed.name.trim()).await?;
    let subject = match &found {
        Some(user) => Subject::Account(user.id),
        None => Subject::Name(typed.name.trim().to_owned()),
    };
    let counted = attempts::service::count(ctx, subjects(ctx, subject)).await?;
    let is_right = password::is_right(ctx, found.as_ref(), &typed.password).await?;
    let Some(user) = found.as_ref().filter(|_| is_right) else {
        record_failure(ctx, found.as_ref()).await?;
        return Err(refused());
    };
    if user.is_suspended {
        return Err(Error::new(
            Code::Forbidden,
            "This account is suspended. Ask an administrator of the site.",
        ));
    }
    let mut tx = ctx.begin().await?;
    let started = begin(&mut tx, ctx, user, browser, json!({"with": "password"})).await?;
    if started.session.stage == Stage::SecondFactor {
        // The count stands: the second factor must not be guessed at leisure by who knows the password.
        attempts::service::forgive(&tx, &counted).await?;
    } else {
        attempts::service::succeeded(&tx, &counted).await?;
    }
    tx.commit().await?;
    Ok(started)
}

/// Begins a session of a user whose first factor was checked by the caller, at the stage that is due.
///
/// # Errors
///
/// Those of the database.
pub async fn begin(tx: &mut Tx, ctx: &Ctx, user: &User, browser: Browser, how: serde_json::Value) -> Result<Started> {
    let factor = store::factor(&**tx, user.id).await?;
    let has_factor = factor.is_some_and(|factor| factor.confirmed_at.is_some());
    let stage = match (has_factor, ctx.settings.sign_in.second_factor_required) {
        (true, _) => Stage::SecondFactor,
        (false, true) => Stage::Enrolment,
        (false, false) => Stage::Full,
    };
    let beginning = Beginning {
        user: user.id,
        stage,
        user_agent: browser.user_agent,
        replaces: browser.session,
    };
    let ctx = as_user(ctx, user);
    let started = sessions::service::begin(tx, &ctx, beginning).await?;
    if stage == Stage::Full {
        signed_in(tx, &ctx, user, how).await?;
    }
    Ok(started)
}

/// Shows the second factor: a code of the app, or a recovery code, which is used up.
///
/// # Errors
///
/// `Unauthenticated` when the session does not wait for one, and for a wrong code or one that was used;
/// `TooManyRequests`.
pub async fn second_factor(ctx: &Ctx, current: &Current, code: &SecretBytes) -> Result<Started> {
    if current.stage != Stage::SecondFactor {
        return Err(slipway_kernel::ctx::unauthenticated());
    }
    let user = user(ctx, current.user).await?;
    let ctx = as_user(ctx, &user);
    let counted = attempts::service::count(&ctx, subjects(&ctx, Subject::Account(user.id))).await?;
    let code = code.expose_text()?;
    let step = step(&ctx, user.id, code).await?;
    let mut tx = ctx.begin().await?;
    let with = match step {
        Some(step) if store::take_step(&tx, user.id, step).await? => "app",
        None if store::take_code(&tx, user.id, &one_time::recovery_hash(code)).await? => "recovery code",
        _ => {
            drop(tx);
            record_failure(&ctx, Some(&user)).await?;
            return Err(Error::new(
                Code::Unauthenticated,
                "This code is not right, or it was used already. Type the one that your app shows now.",
            ));
        }
    };
    let started = sessions::service::renew(&mut tx, &ctx, current.id, Shown::SecondFactor).await?;
    attempts::service::succeeded(&tx, &counted).await?;
    signed_in(&mut tx, &ctx, &user, json!({"with": ["password", with]})).await?;
    tx.commit().await?;
    Ok(started)
}

/// The step that `code` is right for now.
pub(super) async fn step(ctx: &Ctx, user: UserId, code: &str) -> Result<Option<i64>> {
    let Some(factor) = store::factor(ctx.db.reader(), user).await? else {
        return Ok(None);
    };
    let secret = super::second_factor::opened(ctx, &factor).await?;
    Ok(one_time::step(&secret, code, factor.last_step, ctx.now()))
}

async fn signed_in(tx: &mut Tx, ctx: &Ctx, user: &User, how: serde_json::Value) -> Result<()> {
    users::store::set_signed_in(tx, user.id, ctx.now()).await?;
    events::record(tx, ctx, event("user.signed-in", user, how)).await?;
    Ok(())
}

/// The account that a name or a mail address stands for; none when several people have the address.
async fn find(ctx: &Ctx, typed: &str) -> Result<Option<User>> {
    let reader = ctx.db.reader();
    if let Ok(name) = typed.parse::<Name>() {
        let user = users::store::by_name(reader, &name).await?;
        return Ok(user.filter(|user| !user.is_service_account));
    }
    let mut users = users::store::by_email(reader, typed).await?;
    Ok(users.pop().filter(|_| users.is_empty()))
}

/// Both kinds of failure are recorded, so that both cost the same. What was typed is not: it may be a password.
async fn record_failure(ctx: &Ctx, user: Option<&User>) -> Result<()> {
    let failed = match user {
        Some(user) => event("user.sign-in-failed", user, json!({})),
        None => NewEvent {
            action: "user.sign-in-failed",
            organization: None,
            project: None,
            object_kind: "user",
            object_id: String::new(),
            object_name: String::new(),
            access_id: None,
            changes: json!({}),
        },
    };
    let mut tx = ctx.begin().await?;
    events::record(&mut tx, ctx, failed).await?;
    tx.commit().await
}

fn refused() -> Error {
    Error::new(
        Code::Unauthenticated,
        "The name or the password is not right. Check both, and that Caps Lock is off.",
    )
}
