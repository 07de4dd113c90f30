//! A GitHub App: it signs who it is with its key, and gets tokens of an hour for where it is installed
//! (<https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app>).

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use http::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use slipway_api::Timestamp;
use zeroize::Zeroizing;

use crate::forges::client::{Call, Client, bearer};
use crate::forges::model::ForgeError;
use crate::forges::tokens::Key;

/// How long a proof of the app itself holds; GitHub takes ten minutes at most.
const PROOF: Duration = Duration::from_secs(540);
/// How far GitHub's clock may be behind ours.
const SKEW: Duration = Duration::from_secs(60);

/// An app with its key.
pub(super) struct App {
    id: String,
    key: KeyPair,
    installation: Option<String>,
    /// Which of the kept tokens is this app's.
    kept: Key,
}

#[derive(Deserialize)]
struct Token {
    token: String,
    expires_at: Timestamp,
}

/// Where the app is installed.
#[derive(Deserialize)]
pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) account: Owner,
    #[serde(default)]
    pub(super) permissions: serde_json::Map<String, serde_json::Value>,
    pub(super) suspended_at: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Owner {
    #[serde(default, alias = "slug")]
    pub(super) login: String,
}

impl App {
    /// An app by its id and its key in PEM, in the form that GitHub gives (PKCS #1) or in PKCS #8.
    pub(super) fn new(client: &Client, id: &str, pem: &str, installation: Option<String>) -> Result<Self, ForgeError> {
        let wrong = || ForgeError::Refused("the private key is no RSA key in PEM, as GitHub gives it".to_owned());
        let lines = pem.lines().map(str::trim);
        let text: Zeroizing<String> = Zeroizing::new(lines.filter(|line| !line.starts_with("-----")).collect());
        let der = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| wrong())?);
        let key = KeyPair::from_der(&der)
            .or_else(|_| KeyPair::from_pkcs8(&der))
            .map_err(|_| wrong())?;
        let place = installation.as_deref().unwrap_or_default();
        let parts = [client.base().as_str(), id, place].map(str::as_bytes);
        Ok(Self {
            id: id.to_owned(),
            key,
            kept: Key::of(&[parts.as_slice(), &[&der]].concat()),
            installation,
        })
    }

    /// The proof that a request comes from the app itself.
    pub(super) fn proof(&self, now: Timestamp) -> Result<HeaderValue, ForgeError> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let claims = part(json!({
            "iat": now.before(SKEW).unix_ms() / 1000,
            "exp": now.after(PROOF).unix_ms() / 1000,
            "iss": self.id,
        }));
        let mut token = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .map_err(|_| ForgeError::Refused("the app's key cannot sign".to_owned()))?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        bearer(&token)
    }

    /// Where it is installed: as the settings say, or the only place.
    pub(super) async fn installation(&self, client: &Client) -> Result<Installation, ForgeError> {
        let proof = self.proof(client.outside.clock.now())?;
        if let Some(id) = &self.installation {
            let call = Call::get(&["app", "installations", id]).authorized(proof);
            return client.ask(call).await?.json();
        }
        let call = Call::get(&["app", "installations"])
            .query("per_page", 100)
            .authorized(proof);
        let mut all: Vec<Installation> = client.ask(call).await?.json()?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(ForgeError::Refused(
                "the app is not installed anywhere yet: install it at GitHub, on the organization".to_owned(),
            )),
            (Some(last), false) => {
                all.push(last);
                let places: Vec<String> = all
                    .iter()
                    .map(|place| format!("{} ({})", place.id, place.account.login))
                    .collect();
                Err(ForgeError::Refused(format!(
                    "the app is installed in several places; set the installation id to one of {}",
                    places.join(", ")
                )))
            }
        }
    }

    /// A token that holds for some minutes at least.
    pub(super) async fn token(&self, client: &Client) -> Result<Zeroizing<String>, ForgeError> {
        let now = client.outside.clock.now();
        if let Some(token) = client.outside.tokens.find(&self.kept, now) {
            return Ok(token);
        }
        let id = match &self.installation {
            Some(id) => id.clone(),
            None => self.installation(client).await?.id.to_string(),
        };
        let call = Call::new(Method::POST, &["app", "installations", &id, "access_tokens"])
            .json(&json!({}))
            .authorized(self.proof(now)?);
        let made: Token = client.ask(call).await?.json()?;
        let token = Zeroizing::new(made.token);
        client.outside.tokens.keep(&self.kept, &token, made.expires_at, now);
        Ok(token)
    }

    /// Forgets the token, which GitHub did not take.
    pub(super) fn forget_token(&self, client: &Client) {
        client.outside.tokens.forget(&self.kept);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use slipway_kernel::clock::Clock;
    use slipway_kernel::outbound::Outbound;
    use slipway_kernel::settings;

    use super::*;
    use crate::forges::Outside;

    fn client() -> Client {
        let outbound = Arc::new(Outbound::new(&settings::Outbound::default()));
        let outside = Outside::new(outbound, Clock::system());
        Client::new(&outside, "https://api.github.com", None).unwrap()
    }

    #[test]
    fn the_proof_is_signed_and_short_lived() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'static> = pair.as_der().unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        let app = App::new(&client(), "4242", &pem, None).unwrap();
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let proof = app.proof(now).unwrap();
        let token = proof.to_str().unwrap().strip_prefix("Bearer ").unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
            .verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
        let claims = URL_SAFE_NO_PAD.decode(message.split('.').nth(1).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let seconds = now.unix_ms() / 1000;
        assert_eq!(
            claims,
            json!({ "iss": "4242", "iat": seconds - 60, "exp": seconds + 540 })
        );
        assert!(proof.is_sensitive());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            "é",
        ] {
            assert!(App::new(&client(), "1", text, None).is_err(), "{text}");
        }
    }
}
