//! Questions to a registry (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>), with the login that it wants
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use slipway_kernel::outbound::{Answer, Outbound, Request, policy};
use url::Url;
use zeroize::Zeroizing;

use super::access::Registry;
use super::names::host;
use crate::integrations::values::hidden;

/// What asks one registry. Errors are in words that go on behind a colon.
pub struct Asking<'a> {
    outbound: &'a Outbound,
    registry: &'a Registry,
    /// What is shown, once the registry said what it wants to see.
    shown: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token", deserialize_with = "hidden")]
    token: Zeroizing<String>,
}

impl<'a> Asking<'a> {
    /// Asks nothing yet.
    #[must_use]
    pub fn new(outbound: &'a Outbound, registry: &'a Registry) -> Self {
        Self {
            outbound,
            registry,
            shown: None,
        }
    }

    /// What is at a path behind `/v2/`, whatever its status.
    ///
    /// # Errors
    ///
    /// Why it was not asked, or did not answer.
    pub async fn get(&mut self, path: &str, accept: &'static str) -> Result<Answer, String> {
        self.told(&Method::GET, path, accept).await
    }

    /// Has what is at a path behind `/v2/` deleted; what the registry says to that, whatever its status.
    ///
    /// # Errors
    ///
    /// Why it was not asked, or did not answer.
    pub async fn delete(&mut self, path: &str) -> Result<Answer, String> {
        self.told(&Method::DELETE, path, "*/*").await
    }

    async fn told(&mut self, method: &Method, path: &str, accept: &'static str) -> Result<Answer, String> {
        let host = host(&self.registry.address);
        let scheme = if self.is_plain() { "http" } else { "https" };
        let url = address(&format!("{scheme}://{host}/v2/{path}"))?;
        if self.registry.is_insecure {
            self.require_private(&url).await?;
        }
        let answer = self.ask(method, url.clone(), accept).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        // Also where something is shown already: a token opens what was asked for when it was given, which deleting is more than.
        let shown = self.sign_in(&answer).await?;
        if shown.is_none() || shown == self.shown {
            return Ok(answer);
        }
        self.shown = shown;
        self.ask(method, url, accept).await
    }

    /// As engines have it: nobody else listens at one's own addresses.
    fn is_plain(&self) -> bool {
        let address = &self.registry.address;
        let is_own = address.starts_with("127.") || address == "localhost" || address.starts_with("localhost:");
        is_own || self.registry.is_insecure
    }

    async fn require_private(&self, url: &Url) -> Result<(), String> {
        let port = url.port_or_known_default().unwrap_or_default();
        let found = self.outbound.addresses(url.host_str().unwrap_or_default(), port).await;
        let found = found.map_err(|error| error.to_string())?;
        match found.iter().all(|address| policy::is_inside(address.ip())) {
            true => Ok(()),
            false => Err(format!(
                "{} is at no private address, so it is asked with TLS only: turn TLS on in its integration",
                self.registry.address
            )),
        }
    }

    async fn ask(&self, method: &Method, url: Url, accept: &'static str) -> Result<Answer, String> {
        let mut request = Request::new(method.clone(), url).header(ACCEPT, HeaderValue::from_static(accept));
        if let Some(shown) = &self.shown {
            request = request.header(AUTHORIZATION, shown.clone());
        }
        self.send(request).await
    }

    async fn send(&self, request: Request) -> Result<Answer, String> {
        let request = match &self.registry.certificates {
            Some(certificates) => request.trusting(certificates.clone().into_bytes()),
            None => request,
        };
        self.outbound.send(request).await.map_err(|error| error.to_string())
    }

    /// What is shown from now on; nothing where the registry wants what we have not.
    async fn sign_in(&self, refusal: &Answer) -> Result<Option<HeaderValue>, String> {
        let said = refusal.headers.get(WWW_AUTHENTICATE);
        let said = said.and_then(|said| said.to_str().ok()).unwrap_or_default();
        let (scheme, said) = said.split_once(' ').unwrap_or((said, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return self.basic();
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(None);
        }
        let value = |key: &str| {
            let (_, rest) = said.split_once(&format!("{key}=\""))?;
            rest.split('"').next()
        };
        let Some(realm) = value("realm") else { return Ok(None) };
        let mut url = address(realm)?;
        for key in ["service", "scope"] {
            if let Some(value) = value(key) {
                url.query_pairs_mut().append_pair(key, value);
            }
        }
        // A login goes where the registry says, but not in clear.
        let basic = self.basic()?.filter(|_| url.scheme() == "https" || self.is_plain());
        let request = match basic {
            Some(basic) => Request::get(url).header(AUTHORIZATION, basic),
            None => Request::get(url),
        };
        let answer = self.send(request).await?;
        if answer.status != StatusCode::OK {
            return Ok(None);
        }
        let token: Token = serde_json::from_slice(&answer.body)
            // The reason could quote it.
            .map_err(|_| "the registry gave something that is no token".to_owned())?;
        Ok(Some(secret(&format!("Bearer {}", token.token.as_str()))?))
    }

    fn basic(&self) -> Result<Option<HeaderValue>, String> {
        let Some(login) = &self.registry.login else {
            return Ok(None);
        };
        let both = Zeroizing::new(format!("{}:{}", login.user, login.secret.as_str()));
        Ok(Some(secret(&format!("Basic {}", STANDARD.encode(both.as_bytes())))?))
    }
}

fn secret(text: &str) -> Result<HeaderValue, String> {
    let mut value =
        HeaderValue::from_str(text).map_err(|_| "its login has characters that it cannot have".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn address(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|_| "the registry has no address that can be asked".to_owned())
}
