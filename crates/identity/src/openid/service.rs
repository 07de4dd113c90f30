//! Asking issuers, and keeping what they said for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use slipway_api::Timestamp;
use slipway_kernel::outbound::Request;
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
    kept: Mutex<HashMap<IssuerUrl, Known>>,
    away: Mutex<HashMap<IssuerUrl, (Timestamp, String)>>,
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
    pub async fn known(&self, ctx: &Ctx, issuer: &IssuerUrl) -> Result<Known> {
        let kept = lock(&self.kept).get(issuer).cloned();
        match kept.filter(|known| ctx.now().since(known.read_at) < FRESH) {
            Some(known) => Ok(known),
            None => self.ask(ctx, issuer, None).await,
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
        issuer: &IssuerUrl,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Result<Claims, Refusal>> {
        let mut known = self.known(ctx, issuer).await?;
        if let Some(id) = token::key_id(token) {
            let is_unknown = !known.keys.iter().any(|key| key.id() == Some(id.as_str()));
            let may_ask = known.asked_again_at.is_none_or(|at| ctx.now().since(at) >= UNKNOWN_KEY);
            if is_unknown && may_ask {
                known = self.ask(ctx, issuer, Some(ctx.now())).await?;
            }
        }
        Ok(token::verify(token, &known.keys, expected, ctx.now()))
    }

    async fn ask(&self, ctx: &Ctx, issuer: &IssuerUrl, asked_again_at: Option<Timestamp>) -> Result<Known> {
        let failed = lock(&self.away).get(issuer).cloned();
        if let Some((_, why)) = failed.filter(|(at, _)| ctx.now().since(*at) < AWAY) {
            return Err(Error::unavailable(why));
        }
        let asked = read(ctx, issuer, asked_again_at).await;
        match &asked {
            Ok(known) => keep(&mut lock(&self.kept), issuer, known.clone()),
            Err(error) => {
                let why = error.detail().to_owned();
                keep(&mut lock(&self.away), issuer, (ctx.now(), why));
            }
        }
        asked
    }
}

async fn read(ctx: &Ctx, issuer: &IssuerUrl, asked_again_at: Option<Timestamp>) -> Result<Known> {
    let address = Url::parse(&issuer.discovery()).map_err(|error| Error::internal(format!("{issuer}: {error}")))?;
    let bytes = fetched(ctx, address).await?;
    let discovery = Discovery::parse(issuer, &bytes).map_err(unusable)?;
    let bytes = fetched(ctx, discovery.jwks_uri.clone()).await?;
    let keys = Key::parse_set(&bytes).map_err(|why| unusable(format!("{}: {why}", discovery.jwks_uri)))?;
    Ok(Known {
        discovery: Arc::new(discovery),
        keys: Arc::new(keys),
        read_at: ctx.now(),
        asked_again_at,
    })
}

fn keep<T>(kept: &mut HashMap<IssuerUrl, T>, issuer: &IssuerUrl, what: T) {
    if kept.len() >= CAPACITY {
        kept.clear();
    }
    kept.insert(issuer.clone(), what);
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn fetched(ctx: &Ctx, url: Url) -> Result<Vec<u8>> {
    let shown = url.clone();
    let answer = ctx.outbound.send(Request::get(url).at_most(BYTES)).await?;
    if answer.status.is_success() {
        return Ok(answer.body);
    }
    Err(unusable(format!(
        "{shown} answers with status {}",
        answer.status.as_u16()
    )))
}

fn unusable(why: String) -> Error {
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    Error::unavailable(format!("{first}{}.", letters.as_str()))
}
