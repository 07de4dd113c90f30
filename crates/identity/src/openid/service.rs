//! Asking issuers, and keeping what they said for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slipway_api::Timestamp;
use slipway_kernel::outbound::Request;
use slipway_kernel::text;
use slipway_kernel::{Ctx, Error, Result};
use url::Url;

use super::address::IssuerUrl;
use super::discovery::Discovery;
use super::keys::Key;
use super::token::{self, Claims, Expected, Refusal};

/// How long what an issuer said is used without asking again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How often an issuer is asked for keys because a token names an unknown one: anybody can send such tokens.
const UNKNOWN_KEY: Duration = Duration::from_secs(30);
/// How long an issuer that could not be asked is left alone: anybody can begin sign-ins, and would wait for it each time.
const AWAY: Duration = Duration::from_secs(5);
/// Issuers kept at most; beyond, all are asked again.
const CAPACITY: usize = 1_000;
/// Size of what an issuer may say, in bytes.
const BYTES: usize = 256 << 10;

/// What issuers said, kept for a while; one per process.
#[derive(Default)]
pub struct Issuers {
    kept: Mutex<HashMap<Source, Known>>,
    away: Mutex<HashMap<Source, (Timestamp, String)>>,
}

/// An issuer, and who may vouch for its certificate. What was heard of an issuer under one set of certificates is not
/// believed under another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// The issuer.
    pub issuer: IssuerUrl,
    /// Certificates in PEM, beside the usual ones.
    pub certificates: Option<String>,
}

impl From<IssuerUrl> for Source {
    fn from(issuer: IssuerUrl) -> Self {
        Self {
            issuer,
            certificates: None,
        }
    }
}

/// What an issuer said.
#[derive(Clone)]
pub struct Known {
    /// About itself.
    pub discovery: Arc<Discovery>,
    /// Its keys.
    pub keys: Arc<Vec<Key>>,
    read_at: Timestamp,
    /// When it was last asked because of an unknown key.
    asked_again_at: Option<Timestamp>,
}

impl Issuers {
    /// What the issuer says about itself, and its keys.
    ///
    /// # Errors
    ///
    /// `Unavailable` with a sentence when it cannot be asked, or says nothing that can be used.
    pub async fn known(&self, ctx: &Ctx, source: &Source) -> Result<Known> {
        let kept = lock(&self.kept).get(source).cloned();
        match kept.filter(|known| ctx.now().since(known.read_at) < FRESH) {
            Some(known) => Ok(known),
            None => self.ask(ctx, source, None).await,
        }
    }

    /// Checks a token with the issuer's keys. If it names a key that is not known, the issuer has perhaps changed its
    /// keys and is asked again, though not often.
    ///
    /// # Errors
    ///
    /// Those of [`Self::known`]; inside, why the token does not count.
    pub async fn verify(
        &self,
        ctx: &Ctx,
        source: &Source,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Result<Claims, Refusal>> {
        let mut known = self.known(ctx, source).await?;
        if let Some(id) = token::key_id(token) {
            let is_unknown = !known.keys.iter().any(|key| key.id() == Some(id.as_str()));
            if is_unknown && self.may_ask_again(source, ctx.now()) {
                known = self.ask(ctx, source, Some(ctx.now())).await?;
            }
        }
        Ok(token::verify(token, &known.keys, expected, ctx.now()))
    }

    /// Whether it is time to ask because of an unknown key; if so, nobody else may for a while: of many such tokens at once
    /// one asks.
    fn may_ask_again(&self, source: &Source, now: Timestamp) -> bool {
        let mut kept = lock(&self.kept);
        let Some(known) = kept.get_mut(source) else {
            return true;
        };
        let may_ask = known.asked_again_at.is_none_or(|at| now.since(at) >= UNKNOWN_KEY);
        if may_ask {
            known.asked_again_at = Some(now);
        }
        may_ask
    }

    async fn ask(&self, ctx: &Ctx, source: &Source, asked_again_at: Option<Timestamp>) -> Result<Known> {
        let failed = lock(&self.away).get(source).cloned();
        if let Some((_, why)) = failed.filter(|(at, _)| ctx.now().since(*at) < AWAY) {
            return Err(Error::unavailable(why));
        }
        let asked = read(ctx, source, asked_again_at).await;
        match &asked {
            Ok(known) => keep(&mut lock(&self.kept), source, known.clone()),
            Err(error) => {
                let why = error.detail().to_owned();
                keep(&mut lock(&self.away), source, (ctx.now(), why));
            }
        }
        asked
    }
}

async fn read(ctx: &Ctx, source: &Source, asked_again_at: Option<Timestamp>) -> Result<Known> {
    let issuer = &source.issuer;
    let address = Url::parse(&issuer.discovery()).map_err(|error| Error::internal(format!("{issuer}: {error}")))?;
    let bytes = fetched(ctx, source, address).await?;
    let discovery = Discovery::parse(issuer, &bytes).map_err(unusable)?;
    let bytes = fetched(ctx, source, discovery.jwks_uri.clone()).await?;
    let keys = Key::parse_set(&bytes).map_err(|why| unusable(format!("{}: {why}", discovery.jwks_uri)))?;
    Ok(Known {
        discovery: Arc::new(discovery),
        keys: Arc::new(keys),
        read_at: ctx.now(),
        asked_again_at,
    })
}

fn keep<T>(kept: &mut HashMap<Source, T>, source: &Source, what: T) {
    if kept.len() >= CAPACITY {
        kept.clear();
    }
    kept.insert(source.clone(), what);
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn fetched(ctx: &Ctx, source: &Source, url: Url) -> Result<Vec<u8>> {
    let shown = url.clone();
    let mut request = Request::get(url).at_most(BYTES);
    if let Some(certificates) = &source.certificates {
        request = request.trusting(certificates.clone().into_bytes());
    }
    let answer = ctx.outbound.send(request).await?;
    if answer.status.is_success() {
        return Ok(answer.body);
    }
    Err(unusable(format!(
        "{shown} answers with status {}",
        answer.status.as_u16()
    )))
}

fn unusable(why: String) -> Error {
    Error::unavailable(text::sentence(&why))
}
