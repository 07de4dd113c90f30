//! Asking a forge's JSON API: addresses of parts, statuses as [`ForgeError`], pages, limits.
//!
//! What must stay true: a part of a path never becomes two; what a forge says in an error is cut, and left out when it
//! holds what we showed; a limit that it names is waited for, not run against.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use slipway_api::Timestamp;
use slipway_kernel::Kernel;
use slipway_kernel::clock::Clock;
use slipway_kernel::outbound::{Outbound, OutboundError, Request};
use url::Url;
use zeroize::Zeroizing;

use super::limits::Limits;
use super::model::ForgeError;
use super::tokens::{Key, Tokens};

/// Bytes of the largest answer.
const MOST_BYTES: usize = 8 << 20;
/// Time for one request.
const TIME: Duration = Duration::from_secs(30);
/// How long to wait when a forge names no time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Letters of a forge's own words in an error.
const MOST_LETTERS: usize = 300;

/// What forges need of the process: the way out, the time, and what forges said before.
#[derive(Clone)]
pub struct Outside {
    /// The way out.
    pub outbound: Arc<Outbound>,
    /// The time.
    pub clock: Clock,
    /// Tokens that were got.
    pub(super) tokens: Arc<Tokens>,
    /// Limits that were told.
    pub(super) limits: Arc<Limits>,
}

impl Outside {
    /// Those of a server.
    #[must_use]
    pub fn of(kernel: &Kernel) -> Self {
        Self {
            outbound: Arc::clone(&kernel.outbound),
            clock: kernel.clock.clone(),
            tokens: kernel.kept.get(),
            limits: kernel.kept.get(),
        }
    }

    /// One that nothing was said to before.
    #[must_use]
    pub fn new(outbound: Arc<Outbound>, clock: Clock) -> Self {
        Self {
            outbound,
            clock,
            tokens: Arc::default(),
            limits: Arc::default(),
        }
    }
}

/// An API with the headers that every request to it has.
pub(super) struct Client {
    pub(super) outside: Outside,
    base: Url,
    certificates: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One request.
pub(super) struct Call {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<(&'static str, Vec<u8>)>,
    authorization: Option<HeaderValue>,
}

/// What a success came with.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    host: String,
}

impl Call {
    pub(super) fn new(method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            query: Vec::new(),
            body: None,
            authorization: None,
        }
    }

    pub(super) fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub(super) fn json(mut self, body: &Value) -> Self {
        self.body = Some(("application/json", body.to_string().into_bytes()));
        self
    }

    pub(super) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body = Some(("application/x-www-form-urlencoded", form.finish().into_bytes()));
        self
    }

    /// By another proof than the client's own.
    pub(super) fn authorized(mut self, value: HeaderValue) -> Self {
        self.authorization = Some(value);
        self
    }
}

impl Client {
    /// For an address that people wrote; parts of paths come after it.
    pub(super) fn new(outside: &Outside, base: &str, certificates: Option<&str>) -> Result<Self, ForgeError> {
        let base = Url::parse(base).ok().filter(|url| {
            let is_web = matches!(url.scheme(), "https" | "http");
            is_web && url.has_host() && url.username().is_empty() && url.password().is_none()
        });
        let base = base.ok_or_else(|| {
            ForgeError::Refused("the address of a forge begins with https:// and holds no user or password".to_owned())
        })?;
        Ok(Self {
            outside: outside.clone(),
            base,
            certificates: certificates.map(str::to_owned),
            headers: Vec::new(),
        })
    }

    /// With a header in every request.
    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Where it is.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// The host, as errors name it.
    pub(super) fn host(&self) -> String {
        self.base.host_str().unwrap_or_default().to_owned()
    }

    /// Asks, and gives what a success came with.
    pub(super) async fn ask(&self, call: Call) -> Result<Reply, ForgeError> {
        let shown = self.shown(&call).cloned();
        let path = call.path.join("/");
        let reply = self.send(call).await?;
        match reply.status.is_success() {
            true => Ok(reply),
            false => Err(reply.refusal(&path, shown.as_ref(), self.outside.clock.now())),
        }
    }

    /// Asks, and gives the answer whatever its status.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ForgeError> {
        let url = self.address(&call)?;
        let asker = self.asker(&call);
        let now = self.outside.clock.now();
        if let Some(until) = self.outside.limits.until(&asker, now) {
            let forge = self.host();
            return Err(ForgeError::Busy { forge, until });
        }
        let mut request = Request::new(call.method.clone(), url).within(TIME).at_most(MOST_BYTES);
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != AUTHORIZATION) {
            request = request.header(name.clone(), value.clone());
        }
        if let Some(value) = self.shown(&call) {
            request = request.header(AUTHORIZATION, value.clone());
        }
        if let Some((kind, body)) = call.body {
            request = request.body(kind, body);
        }
        if let Some(certificates) = &self.certificates {
            request = request.trusting(certificates.clone().into_bytes());
        }
        let answer = self.outside.outbound.send(request).await.map_err(unreachable)?;
        let reply = Reply {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            host: self.host(),
        };
        if let Some(until) = reply.limited_until(self.outside.clock.now()) {
            self.outside.limits.note(asker, until, now);
        }
        Ok(reply)
    }

    /// Whom a forge counts requests of: whoever shows these credentials.
    fn asker(&self, call: &Call) -> Key {
        let shown = self.shown(call).map(HeaderValue::as_bytes).unwrap_or_default();
        Key::of(&[self.base.as_str().as_bytes(), shown])
    }

    /// What a call proves itself with: its own proof, or everybody's.
    fn shown<'a>(&'a self, call: &'a Call) -> Option<&'a HeaderValue> {
        let everybodys = self.headers.iter().find(|(name, _)| *name == AUTHORIZATION);
        call.authorization.as_ref().or(everybodys.map(|(_, value)| value))
    }

    fn address(&self, call: &Call) -> Result<Url, ForgeError> {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty();
            for part in &call.path {
                // The type would drop dots silently, and ask for something else.
                if matches!(part.as_str(), "" | "." | "..") || part.chars().any(char::is_control) {
                    return Err(ForgeError::Refused(format!("{part:?} is no name that a forge has")));
                }
                parts.push(part);
            }
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }
}

impl Reply {
    /// The answer as what it should be.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ForgeError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            ForgeError::Away(format!(
                "{} answers with something that is not understood: {error}",
                self.host
            ))
        })
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the header `Link` (RFC 8288) names a next page.
    pub(super) fn has_next(&self) -> bool {
        self.header("link").is_some_and(|links| links.contains("rel=\"next\""))
    }

    pub(super) fn refusal(&self, what: &str, shown: Option<&HeaderValue>, now: Timestamp) -> ForgeError {
        let host = self.host.clone();
        let said = self.said(shown);
        if let Some(until) = self.limited_until(now) {
            return ForgeError::Busy { forge: host, until };
        }
        match self.status.as_u16() {
            401 => ForgeError::Credentials(host),
            403 => ForgeError::Right {
                forge: host,
                right: self.right().unwrap_or(said),
            },
            404 | 410 => ForgeError::Missing(format!("{what} on {host}")),
            408 | 500..=599 => ForgeError::Away(format!("{host} fails with status {}", self.status.as_u16())),
            status => ForgeError::Refused(format!("{host} refuses {what} with status {status}: {said}")),
        }
    }

    /// From when the forge may be asked again, where it refuses because it was asked too often.
    fn limited_until(&self, now: Timestamp) -> Option<Timestamp> {
        let is_limited = match self.status.as_u16() {
            429 => true,
            // GitHub answers so, too.
            403 => {
                self.header("retry-after").is_some()
                    || self.header("x-ratelimit-remaining") == Some("0")
                    || message(&self.body).contains("rate limit")
            }
            503 => self.header("retry-after").is_some(),
            _ => false,
        };
        is_limited.then(|| self.free_from(now))
    }

    fn free_from(&self, now: Timestamp) -> Timestamp {
        let seconds = |name| self.header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let until = match (
            seconds("retry-after"),
            seconds("x-ratelimit-reset").or(seconds("ratelimit-reset")),
        ) {
            (Some(wait), _) => now.after(Duration::from_secs(wait.min(86_400))),
            (None, Some(unix)) => Timestamp::from_unix_ms(i64::try_from(unix).unwrap_or(0).saturating_mul(1000)),
            (None, None) => now.after(PATIENCE),
        };
        let latest = now.after(Duration::from_secs(86_400));
        until.clamp(now, latest)
    }

    /// The right that a forge says is missing, in the places where forges say it.
    fn right(&self) -> Option<String> {
        let headers = ["x-accepted-github-permissions", "x-accepted-oauth-scopes"];
        let named = headers
            .iter()
            .find_map(|name| self.header(name))
            .filter(|text| !text.is_empty());
        if let Some(named) = named {
            return Some(shortened(named));
        }
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        // GitLab: {"error":"insufficient_scope","scope":"api"}; Bitbucket: {"error":{"detail":{"required":["…"]}}}.
        if let Some(scope) = body.get("scope").and_then(Value::as_str) {
            return Some(shortened(scope));
        }
        if let Some(required) = body.pointer("/error/detail/required").and_then(Value::as_array) {
            let names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
            return Some(shortened(&names.join(", ")));
        }
        // Gitea: "… required=[write:repository], token scope=…".
        let message = body.get("message")?.as_str()?;
        let (_, after) = message.split_once("required=[")?;
        Some(shortened(after.split_once(']')?.0))
    }

    /// What the forge says about it, without what we showed.
    fn said(&self, shown: Option<&HeaderValue>) -> String {
        let text = message(&self.body);
        let shown = shown.and_then(|value| value.to_str().ok()).map(secret_of);
        match shown {
            Some(secret) if secret.len() > 3 && text.contains(secret.as_str()) => "(its words are left out)".to_owned(),
            _ if text.is_empty() => "it does not say why".to_owned(),
            _ => shortened(&text),
        }
    }
}

/// What is secret in the value of the header `Authorization`.
fn secret_of(value: &str) -> Zeroizing<String> {
    let (_, shown) = value.split_once(' ').unwrap_or(("", value));
    let pair = STANDARD.decode(shown).ok().filter(|_| value.starts_with("Basic "));
    let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
    let password = pair.as_deref().and_then(|pair| pair.split_once(':'));
    Zeroizing::new(password.map_or(shown, |(_, password)| password).to_owned())
}

/// The message in a body, wherever forges put theirs.
fn message(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return String::new();
    };
    let places = [
        "/error/message",
        "/error_description",
        "/errors/0/message",
        "/message",
        "/error",
    ];
    let found = places
        .iter()
        .find_map(|place| body.pointer(place).filter(|found| !found.is_null()));
    let mut text = match found {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    // GitHub's message is "Validation Failed"; why stands beside it.
    if let Some(errors) = body.get("errors").filter(|_| body.get("message").is_some()) {
        text = format!("{text} {errors}");
    }
    text
}

/// Without control characters, and not longer than a person reads.
pub(super) fn shortened(text: &str) -> String {
    let plain = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.take(MOST_LETTERS).collect()
}

fn unreachable(error: OutboundError) -> ForgeError {
    let text = error.to_string();
    match error {
        OutboundError::TooSlow(..) | OutboundError::Unreachable(..) | OutboundError::Unknown(..) => {
            ForgeError::Away(text)
        }
        OutboundError::Address(_)
        | OutboundError::Closed(_)
        | OutboundError::Redirect(..)
        | OutboundError::TooLarge(..)
        | OutboundError::Setup(_) => ForgeError::Refused(text),
    }
}

/// `Bearer …` as a header that is not printed.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, ForgeError> {
    secret_header(&format!("Bearer {token}"))
}

/// `Basic …` as a header that is not printed.
pub(super) fn basic(user: &str, password: &str) -> Result<HeaderValue, ForgeError> {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    secret_header(&format!("Basic {pair}"))
}

fn secret_header(text: &str) -> Result<HeaderValue, ForgeError> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| ForgeError::Refused("the token has letters that no token has; copy it again".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A repository's full name in the part before the last slash and the part behind it. No part of it is empty or dots.
pub(super) fn split_name(full_name: &str) -> Result<(&str, &str), ForgeError> {
    let is_name = |part: &str| !matches!(part, "" | "." | "..");
    full_name
        .rsplit_once('/')
        .filter(|_| full_name.split('/').all(is_name))
        .ok_or_else(|| ForgeError::Missing(format!("\"{full_name}\" (a repository is named as group/name)")))
}

/// The text, at most so many characters long.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Content type of what is asked for.
pub(super) const ACCEPT_JSON: (HeaderName, HeaderValue) =
    (http::header::ACCEPT, HeaderValue::from_static("application/json"));
