//! From the text in a browser's cookie to who calls.
//!
//! As with tokens, what is kept counts only under the kernel's marker, so that a session that was ended and a user who
//! was suspended are refused at the next request, in every process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use slipway_api::ids::{SessionId, UserId};
use slipway_api::{Code, Timestamp};
use slipway_kernel::{Actor, Ctx, Error, Kernel, Result};

use super::model::{Session, Stage};
use super::service::{LETTER, Started, idle};
use super::store;
use crate::users;

/// Sessions kept at most; beyond, everything is dropped and read again.
const CAPACITY: usize = 10_000;
/// How exact the time of a session's last use is.
const PRECISION: Duration = Duration::from_secs(60);

/// Tells who is signed in; one per process.
#[derive(Default)]
pub struct Authenticator {
    kept: RwLock<Kept>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Kept {
    marker: i64,
    sessions: HashMap<String, (Session, Actor)>,
}

/// When sessions were used: what is noted already, and what is still to be written.
#[derive(Default)]
struct Seen {
    noted: HashMap<SessionId, Timestamp>,
    unwritten: HashMap<SessionId, Timestamp>,
}

/// The session that a request came with.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Its id.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// How far the sign-in has come. Whoever is not through it is not signed in.
    pub stage: Stage,
    /// What unsafe requests must repeat.
    pub csrf: String,
    /// The user as a caller; for [`Stage::Full`] only.
    pub actor: Actor,
}

impl Authenticator {
    /// The session with this text; none for what is no session, and for one that ended.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn recognise(&self, kernel: &Arc<Kernel>, text: &str) -> Result<Option<Current>> {
        if slipway_kernel::tokens::kind(text) != Some(LETTER) {
            return Ok(None);
        }
        // Before the row: if it changes in between, what is kept is kept under an old marker and never used.
        let marker = kernel.grants.marker(&kernel.db, &kernel.wakes).await?;
        let hash = slipway_kernel::tokens::hash(text);
        let now = kernel.clock.now();
        let usable =
            |(session, _): &(Session, Actor)| session.is_usable(self.noted(session.id), idle(&kernel.settings), now);
        let known = match self.known(marker, &hash).filter(usable) {
            Some(known) => Some(known),
            // Also one that seems idle: another replica may have seen it since.
            None => self.look_up(kernel, marker, hash).await?.filter(usable),
        };
        let Some((session, actor)) = known else {
            return Ok(None);
        };
        self.note(session.id, now);
        Ok(Some(Current {
            id: session.id,
            user: session.user_id,
            stage: session.stage,
            csrf: csrf(text),
            actor: if session.stage == Stage::Full {
                actor
            } else {
                Actor::Anonymous
            },
        }))
    }

    fn known(&self, marker: i64, hash: &str) -> Option<(Session, Actor)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        (kept.marker == marker)
            .then(|| kept.sessions.get(hash).cloned())
            .flatten()
    }

    async fn look_up(&self, kernel: &Arc<Kernel>, marker: i64, hash: String) -> Result<Option<(Session, Actor)>> {
        let Some(session) = store::by_hash(kernel.db.reader(), &hash).await? else {
            return Ok(None);
        };
        let actor = match users::service::actor(kernel, session.user_id).await {
            Ok(actor) => actor,
            Err(error) if error.code() == Code::Unauthenticated => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.marker != marker || kept.sessions.len() >= CAPACITY {
            kept.sessions.clear();
            kept.marker = marker;
        }
        kept.sessions.insert(hash, (session.clone(), actor.clone()));
        Ok(Some((session, actor)))
    }

    fn noted(&self, id: SessionId) -> Timestamp {
        self.lock().noted.get(&id).copied().unwrap_or_default()
    }

    /// Remembers the use, to be written by [`Self::write_uses`].
    fn note(&self, id: SessionId, now: Timestamp) {
        let mut seen = self.lock();
        let is_recent = |noted: &Timestamp| now.since(*noted) < PRECISION;
        if seen.noted.get(&id).is_some_and(is_recent) {
            return;
        }
        if seen.noted.len() >= CAPACITY {
            seen.noted.retain(|_, noted| is_recent(noted));
        }
        seen.noted.insert(id, now);
        seen.unwritten.insert(id, now);
    }

    /// Writes when sessions were used, each at most once a minute: to be called in the background now and then, and at
    /// the end.
    ///
    /// # Errors
    ///
    /// Those of the database; what could not be written is written the next time.
    pub async fn write_uses(&self, ctx: &Ctx) -> Result<()> {
        let uses = std::mem::take(&mut self.lock().unwritten);
        if uses.is_empty() {
            return Ok(());
        }
        let written = write(ctx, &uses).await;
        if written.is_err() {
            let mut seen = self.lock();
            for (id, at) in uses {
                seen.unwritten.entry(id).or_insert(at);
            }
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(ctx: &Ctx, uses: &HashMap<SessionId, Timestamp>) -> Result<()> {
    let tx = ctx.begin().await?;
    for (id, at) in uses {
        store::set_seen(&tx, *id, *at).await?;
    }
    tx.commit().await
}

impl Current {
    /// Refuses an unsafe request that does not repeat what only a page of this session knows.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub fn require_csrf(&self, given: Option<&str>) -> Result<()> {
        if given.is_some_and(|given| slipway_kernel::tokens::are_equal(given, &self.csrf)) {
            return Ok(());
        }
        Err(Error::new(
            Code::Forbidden,
            "The request does not come from a page of this session. Load the page again and repeat it; programs send \
             the session's token in the header \"X-CSRF-Token\", or use an API token instead of a cookie.",
        ))
    }
}

/// What unsafe requests of a session must repeat that was just begun.
///
/// # Errors
///
/// Never: the text is ASCII.
pub fn csrf_of(started: &Started) -> Result<String> {
    Ok(csrf(started.text.expose_text()?))
}

/// A one-way function of the session's text: pages may show it, and it changes whenever the text does.
fn csrf(text: &str) -> String {
    slipway_kernel::tokens::hash(&format!("csrf of {text}"))
}
