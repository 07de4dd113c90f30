//! From the text of a token to who calls.
//!
//! The database is asked only for a text whose checksum is right, and once per change of grants or tokens. A token that
//! was revoked is refused at the next request, in every process: what is kept counts only under the kernel's marker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use slipway_api::Timestamp;
use slipway_api::ids::TokenId;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Limits;
use slipway_kernel::{Actor, Ctx, Error, Kernel, Result};

use super::model::{Token, TokenKind, is_expired};
use super::store;
use crate::{organizations, teams, users};

/// Tokens kept at most; beyond, everything is dropped and read again.
const CAPACITY: usize = 10_000;
/// How exact the time of a token's last use is.
const USE_PRECISION: Duration = Duration::from_secs(60);

/// Tells who calls; one per process.
#[derive(Default)]
pub struct Authenticator {
    kept: RwLock<Kept>,
    uses: Mutex<Uses>,
}

#[derive(Default)]
struct Kept {
    marker: i64,
    tokens: HashMap<String, Known>,
}

/// Who calls with a token, and what it is limited to.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Within which limits.
    pub limits: Limits,
}

#[derive(Clone)]
struct Known {
    id: TokenId,
    caller: Caller,
    expires_at: Option<Timestamp>,
}

/// When tokens were used: what is noted already, and what is still to be written.
#[derive(Default)]
struct Uses {
    noted: HashMap<TokenId, Timestamp>,
    unwritten: HashMap<TokenId, Timestamp>,
}

impl Authenticator {
    /// Who calls with this token. Run tokens are not known here and are refused; ask the domain of runs for them first.
    ///
    /// # Errors
    ///
    /// `Unauthenticated`, the same for what is no token, and for an unknown, expired or revoked one.
    pub async fn authenticate(&self, kernel: &Arc<Kernel>, text: &str) -> Result<Caller> {
        let letter = slipway_kernel::tokens::kind(text).ok_or_else(unauthenticated)?;
        let kind = TokenKind::by_letter(letter).ok_or_else(unauthenticated)?;
        // Before the row: if it changes in between, what is kept is kept under an old marker and never used.
        let marker = kernel.grants.marker(&kernel.db, &kernel.wakes).await?;
        let hash = slipway_kernel::tokens::hash(text);
        let known = match self.known(marker, &hash) {
            Some(known) => known,
            None => self.look_up(kernel, marker, hash, kind).await?,
        };
        let now = kernel.clock.now();
        if is_expired(known.expires_at, now) {
            return Err(unauthenticated());
        }
        self.note_use(known.id, now);
        Ok(known.caller)
    }

    fn known(&self, marker: i64, hash: &str) -> Option<Known> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        (kept.marker == marker)
            .then(|| kept.tokens.get(hash).cloned())
            .flatten()
    }

    async fn look_up(&self, kernel: &Arc<Kernel>, marker: i64, hash: String, kind: TokenKind) -> Result<Known> {
        let token = store::by_hash(kernel.db.reader(), &hash).await?;
        let token = token.filter(|token| token.kind == kind).ok_or_else(unauthenticated)?;
        let until = token.accepts(&hash, kernel.clock.now()).ok_or_else(unauthenticated)?;
        let caller = Caller {
            actor: actor(kernel, &token).await?,
            limits: token.limits(),
        };
        let known = Known {
            id: token.id,
            caller,
            expires_at: until.0,
        };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.marker != marker || kept.tokens.len() >= CAPACITY {
            kept.tokens.clear();
            kept.marker = marker;
        }
        kept.tokens.insert(hash, known.clone());
        Ok(known)
    }

    /// Remembers the use, to be written by [`Self::write_uses`].
    fn note_use(&self, id: TokenId, now: Timestamp) {
        let mut uses = self.lock_uses();
        let is_recent = |noted: &Timestamp| now.since(*noted) < USE_PRECISION;
        if uses.noted.get(&id).is_some_and(is_recent) {
            return;
        }
        if uses.noted.len() >= CAPACITY {
            uses.noted.retain(|_, noted| is_recent(noted));
        }
        uses.noted.insert(id, now);
        uses.unwritten.insert(id, now);
    }

    /// Writes when tokens were used, each at most once a minute: to be called in the background now and then, and at the
    /// end.
    ///
    /// # Errors
    ///
    /// Those of the database; what could not be written is written the next time.
    pub async fn write_uses(&self, ctx: &Ctx) -> Result<()> {
        let uses = std::mem::take(&mut self.lock_uses().unwritten);
        if uses.is_empty() {
            return Ok(());
        }
        let written = write(ctx, &uses).await;
        if written.is_err() {
            let mut kept = self.lock_uses();
            for (id, at) in uses {
                kept.unwritten.entry(id).or_insert(at);
            }
        }
        written
    }

    fn lock_uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(ctx: &Ctx, uses: &HashMap<TokenId, Timestamp>) -> Result<()> {
    let tx = ctx.begin().await?;
    for (id, at) in uses {
        store::set_last_used(&tx, *id, *at).await?;
    }
    tx.commit().await
}

async fn actor(kernel: &Arc<Kernel>, token: &Token) -> Result<Actor> {
    match token.kind {
        TokenKind::User | TokenKind::ServiceAccount => users::service::actor(kernel, parsed(token)?).await,
        TokenKind::Team => {
            let team = teams::store::by_id(kernel.db.reader(), parsed(token)?).await?;
            let team = team.ok_or_else(unauthenticated)?;
            Ok(Actor::Team {
                id: team.id,
                name: team.name,
                organization: team.organization_id,
            })
        }
        TokenKind::Organization => {
            let organization = organizations::store::by_id(kernel.db.reader(), parsed(token)?).await?;
            let organization = organization.ok_or_else(unauthenticated)?;
            Ok(Actor::Organization {
                id: organization.id,
                name: organization.name,
            })
        }
        TokenKind::RunnerPool => Ok(Actor::Runner { pool: parsed(token)? }),
    }
}

fn parsed<T: std::str::FromStr>(token: &Token) -> Result<T> {
    let subject = token.subject.parse();
    subject.map_err(|_| Error::internal(format!("the token {} has a subject of another kind", token.id)))
}
