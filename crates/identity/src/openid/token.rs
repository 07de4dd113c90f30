//! Whether a token is what it says: signature, issuer, audience, times, nonce (OpenID Connect Core 1.0, section 3.1.3.7;
//! RFC 8725). Pure.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};
use slipway_api::Timestamp;
use slipway_kernel::tokens::are_equal;

use super::keys::{Algorithm, Key};

/// Bytes of the largest token that is looked at.
const MOST_BYTES: usize = 64 << 10;
/// How much the clocks of an issuer and of this server may differ.
const LEEWAY: Duration = Duration::from_secs(60);

/// What a token must be to count.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who made it.
    pub issuer: &'a str,
    /// Whom it is for.
    pub audience: &'a str,
    /// In which algorithms it may be signed.
    pub algorithms: &'a [Algorithm],
    /// Whether it tells about a sign-in that the audience asked for: then `azp` is checked and `iat` must be there.
    pub is_sign_in: bool,
    /// What the sign-in was begun with.
    pub nonce: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
}

/// What a token that counts says.
#[derive(Debug, Clone)]
pub struct Claims {
    /// Whom it is about, unique at its issuer.
    pub subject: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Everything it says.
    pub all: Map<String, Value>,
}

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no signed token.
    #[error("it is not a signed token")]
    Form,
    /// It is signed in an algorithm that is not accepted from its issuer, or not at all.
    #[error("it is signed in the algorithm \"{0}\", which is not accepted from this issuer")]
    Algorithm(String),
    /// It demands something that is not understood here.
    #[error("it demands extensions that are not understood here")]
    Extension,
    /// None of the issuer's keys is the one that it names.
    #[error("it names a key that the issuer does not have")]
    UnknownKey,
    /// It was not signed with the issuer's key.
    #[error("its signature is not the issuer's")]
    Signature,
    /// It is of another issuer.
    #[error("it was made by another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("it is for another audience")]
    Audience,
    /// It was given to somebody else.
    #[error("it was given to another client")]
    AuthorizedParty,
    /// It has expired, or does not say when it will.
    #[error("it has expired")]
    Expired,
    /// It is not valid yet, or was made in the future.
    #[error("it is not valid yet; compare the clocks of the issuer and of this server")]
    NotYet,
    /// It answers another sign-in.
    #[error("it is the answer to another sign-in")]
    Nonce,
    /// It belongs to another access token.
    #[error("it belongs to another access token")]
    AccessToken,
    /// It does not say whom it is about.
    #[error("it does not say whom it is about")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// The name of the key that a token says it is signed with; nothing of it is believed yet.
#[must_use]
pub(super) fn key_id(token: &str) -> Option<String> {
    header(token.split('.').next()?).ok()?.kid
}

/// The issuer that a token says it is of; nothing of it is believed yet.
#[must_use]
pub fn named_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
    }
    let claims = decoded(token.split('.').nth(1)?).ok()?;
    let named: Named = serde_json::from_slice(&claims).ok()?;
    Some(named.iss)
}

/// Checks everything about a token, with the keys that its issuer publishes.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn verify(token: &str, keys: &[Key], expected: &Expected<'_>, now: Timestamp) -> Result<Claims, Refusal> {
    let parts: Vec<&str> = token.splitn(4, '.').collect();
    let [first, second, third] = parts.as_slice() else {
        return Err(Refusal::Form);
    };
    if token.len() > MOST_BYTES {
        return Err(Refusal::Form);
    }
    let header = header(first)?;
    let algorithm = Algorithm::from_name(&header.alg).filter(|algorithm| expected.algorithms.contains(algorithm));
    let algorithm = algorithm.ok_or_else(|| Refusal::Algorithm(header.alg.chars().take(20).collect()))?;
    if header.crit.is_some() {
        return Err(Refusal::Extension);
    }
    let message = token.get(..first.len() + 1 + second.len()).ok_or(Refusal::Form)?;
    let signature = decoded(third)?;
    let is_named = |key: &&Key| header.kid.is_none() || key.id() == header.kid.as_deref();
    let mut candidates = keys.iter().filter(is_named).peekable();
    if candidates.peek().is_none() {
        return Err(Refusal::UnknownKey);
    }
    if !candidates.any(|key| key.has_signed(algorithm, &header.alg, message.as_bytes(), &signature)) {
        return Err(Refusal::Signature);
    }
    let all: Map<String, Value> = serde_json::from_slice(&decoded(second)?).map_err(|_| Refusal::Form)?;
    check(all, algorithm, expected, now)
}

fn check(
    all: Map<String, Value>,
    algorithm: Algorithm,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Claims, Refusal> {
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Refusal::Issuer);
    }
    let audiences = audiences(&all);
    if !audiences.contains(&expected.audience) {
        return Err(Refusal::Audience);
    }
    if expected.is_sign_in {
        let is_ours = match all.get("azp") {
            Some(party) => party.as_str() == Some(expected.audience),
            None => audiences.len() == 1,
        };
        is_ours.then_some(()).ok_or(Refusal::AuthorizedParty)?;
    }
    let expires_at = time(&all, "exp").ok_or(Refusal::Expired)?;
    if expires_at.after(LEEWAY) <= now {
        return Err(Refusal::Expired);
    }
    let is_later = |name: &str| time(&all, name).is_some_and(|at| at.before(LEEWAY) > now);
    let must_say_when = expected.is_sign_in && time(&all, "iat").is_none();
    if must_say_when || is_later("nbf") || is_later("iat") {
        return Err(Refusal::NotYet);
    }
    if let Some(nonce) = expected.nonce
        && !text("nonce").is_some_and(|found| are_equal(found, nonce))
    {
        return Err(Refusal::Nonce);
    }
    if let (Some(hash), Some(access_token)) = (all.get("at_hash"), expected.access_token)
        && hash.as_str() != access_token_hash(algorithm, access_token).as_deref()
    {
        return Err(Refusal::AccessToken);
    }
    let subject = text("sub").filter(|subject| !subject.is_empty() && subject.len() <= 255);
    Ok(Claims {
        subject: subject.ok_or(Refusal::Subject)?.to_owned(),
        expires_at,
        all,
    })
}

fn header(text: &str) -> Result<Header, Refusal> {
    serde_json::from_slice(&decoded(text)?).map_err(|_| Refusal::Form)
}

fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Form)
}

fn audiences(all: &Map<String, Value>) -> Vec<&str> {
    match all.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A time in seconds; some issuers write fractions. What is no number is not there.
fn time(all: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let value = all.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fractions of a second do not matter, and the cast saturates"
    )]
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Some(Timestamp::from_unix_ms(seconds.checked_mul(1_000)?))
}

/// The left half of the hash that goes with the algorithm; Ed25519's is SHA-512.
fn access_token_hash(algorithm: Algorithm, access_token: &str) -> Option<String> {
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => &digest::SHA384,
        Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa => &digest::SHA512,
    };
    let all = digest::digest(hash, access_token.as_bytes());
    let half = all.as_ref().get(..all.as_ref().len() / 2)?;
    Some(URL_SAFE_NO_PAD.encode(half))
}
