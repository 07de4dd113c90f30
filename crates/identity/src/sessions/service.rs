//! Beginning sessions, changing their texts, ending them.

use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{IdentityProviderId, SessionId, UserId};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::store as grants;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Session, Stage, UNFINISHED, shortened};
use super::{Current, store};

/// The letter in a session's text.
pub(crate) const LETTER: &str = "s";

/// A session with its text, which goes into the browser's cookie and nowhere else.
pub struct Started {
    /// The row.
    pub session: Session,
    /// The text.
    pub text: SecretBytes,
}

/// What a session is begun with.
pub struct Beginning {
    /// Who signs in.
    pub user: UserId,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The session that the browser came with: it ends here.
    pub replaces: Option<SessionId>,
}

/// Begins a session. That the user is who he says was found out by the caller.
///
/// # Errors
///
/// Those of the database.
pub async fn begin(tx: &mut Tx, ctx: &Ctx, beginning: Beginning) -> Result<Started> {
    if let Some(former) = beginning.replaces
        && store::delete(tx, former).await?
    {
        grants::changed(tx).await?;
    }
    let text = slipway_kernel::tokens::generate(LETTER, &ctx.random)?;
    let session = Session {
        id: ctx.new_id()?,
        user_id: beginning.user,
        hash: slipway_kernel::tokens::hash(text.expose_text()?),
        stage: beginning.stage,
        has_second_factor: false,
        provider_id: None,
        id_token: None,
        remote_address: ctx.origin().remote_address.clone(),
        user_agent: beginning.user_agent.as_deref().map(shortened),
        created_at: ctx.now(),
        seen_at: ctx.now(),
        expires_at: ctx.now().after(lifetime(&ctx.settings, beginning.stage)),
    };
    store::insert(tx, &session).await?;
    Ok(Started { session, text })
}

/// What somebody showed for a session's new text.
#[derive(Clone, Copy)]
pub enum Shown {
    /// A code of the second factor.
    SecondFactor,
    /// Nothing that the session should remember.
    Nothing,
}

/// Gives a session another text, because what it opens has changed: the former text opens nothing any more. Whoever is
/// here is through the sign-in.
///
/// # Errors
///
/// `Unauthenticated` when the session has ended or was renewed by somebody else.
pub async fn renew(tx: &mut Tx, ctx: &Ctx, id: SessionId, shown: Shown) -> Result<Started> {
    let missing = slipway_kernel::ctx::unauthenticated;
    let former = store::by_id(&**tx, id).await?.ok_or_else(missing)?;
    let text = slipway_kernel::tokens::generate(LETTER, &ctx.random)?;
    let stage = Stage::Full;
    let is_through = former.stage != stage;
    let session = Session {
        hash: slipway_kernel::tokens::hash(text.expose_text()?),
        stage,
        has_second_factor: match shown {
            Shown::SecondFactor => true,
            Shown::Nothing => former.has_second_factor,
        },
        seen_at: ctx.now(),
        expires_at: if is_through {
            ctx.now().after(lifetime(&ctx.settings, stage))
        } else {
            former.expires_at
        },
        ..former.clone()
    };
    if !store::renew(tx, &session, &former.hash).await? {
        return Err(missing());
    }
    grants::changed(tx).await?;
    Ok(Started { session, text })
}

/// The caller's sessions, newest first.
///
/// # Errors
///
/// `Unauthenticated` for nobody, `Forbidden` for programs that are no users.
pub async fn list(ctx: &Ctx, page: &Page) -> Result<Listed<Session>> {
    ctx.require_unlimited()?;
    store::list(ctx.db.reader(), ctx.user()?, ctx.now(), page).await
}

/// The session that the caller came with.
///
/// # Errors
///
/// `NotFound` for who came with a token.
pub async fn current(ctx: &Ctx, current: Option<&Current>) -> Result<Session> {
    let session = match current {
        Some(current) => store::by_id(ctx.db.reader(), current.id).await?,
        None => None,
    };
    session.ok_or_else(|| {
        Error::new(
            Code::NotFound,
            "This request came with a token, and only browsers have sessions: sign in at /sign-in to have one.",
        )
    })
}

/// Ends a session of the caller's: it is refused from the moment this is answered.
///
/// # Errors
///
/// `NotFound` when there is none, or it is somebody else's.
pub async fn revoke(ctx: &Ctx, id: SessionId) -> Result<()> {
    ctx.require_unlimited()?;
    let user = ctx.user()?;
    let missing = || Error::not_found("session", id);
    let session = store::by_id(ctx.db.reader(), id).await?;
    let session = session.filter(|session| session.user_id == user).ok_or_else(missing)?;
    let mut tx = ctx.begin().await?;
    if !end(&mut tx, ctx, &session, "session.revoked").await? {
        return Err(missing());
    }
    tx.commit().await
}

/// Ends all sessions of the caller's but one.
///
/// # Errors
///
/// `Unauthenticated` for nobody, `Forbidden` for programs that are no users.
pub async fn revoke_others(ctx: &Ctx, kept: SessionId) -> Result<()> {
    let user = ctx.user()?;
    let mut tx = ctx.begin().await?;
    let ended = end_all(&mut tx, user, Some(kept)).await?;
    let event = NewEvent {
        action: "user.sessions-revoked",
        organization: None,
        project: None,
        object_kind: "user",
        object_id: user.to_string(),
        object_name: ctx.actor().name(),
        access_id: None,
        changes: json!({"sessions-ended": ended}),
    };
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await
}

/// Signs out.
///
/// # Errors
///
/// Those of the database; a session that has ended is no error.
pub async fn sign_out(ctx: &Ctx, id: SessionId) -> Result<()> {
    let Some(session) = store::by_id(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    end(&mut tx, ctx, &session, "user.signed-out").await?;
    tx.commit().await
}

async fn end(tx: &mut Tx, ctx: &Ctx, session: &Session, action: &'static str) -> Result<bool> {
    if !store::delete(tx, session.id).await? {
        return Ok(false);
    }
    grants::changed(tx).await?;
    let event = NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "session",
        object_id: session.id.to_string(),
        object_name: session.remote_address.clone().unwrap_or_default(),
        access_id: Some(session.user_id.to_string()),
        changes: json!({}),
    };
    events::record(tx, ctx, event).await?;
    Ok(true)
}

/// Ends every session of a user but one.
///
/// # Errors
///
/// Those of the database.
pub async fn end_all(tx: &mut Tx, user: UserId, except: Option<SessionId>) -> Result<u64> {
    let ended = store::delete_of(tx, user, except).await?;
    grants::changed(tx).await?;
    Ok(ended)
}

/// Ends every session that came from an identity provider.
pub(crate) async fn end_of_provider(tx: &mut Tx, provider: IdentityProviderId) -> Result<()> {
    store::delete_of_provider(tx, &provider.to_string()).await?;
    grants::changed(tx).await
}

/// Removes sessions that ended by themselves.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    let tx = ctx.begin().await?;
    store::delete_ended(&tx, ctx.now(), ctx.now().before(idle(&ctx.settings))).await?;
    tx.commit().await
}

/// How long a session may go unused.
pub(crate) fn idle(settings: &Settings) -> Duration {
    Duration::from_secs(settings.sign_in.session_idle_minutes.saturating_mul(60))
}

fn lifetime(settings: &Settings, stage: Stage) -> Duration {
    match stage {
        Stage::Full => Duration::from_secs(settings.sign_in.session_hours.saturating_mul(3_600)),
        Stage::SecondFactor | Stage::Enrolment => UNFINISHED,
    }
}
