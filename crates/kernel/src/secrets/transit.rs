//! The transit engine of Vault or OpenBao: wraps and unwraps the master key, and never gives its own key away.
//!
//! Its HTTP API as documented: `POST /v1/{mount}/encrypt/{key}` takes `plaintext` in base64 and answers `data.ciphertext`,
//! `POST /v1/{mount}/decrypt/{key}` the other way round; the token goes in `X-Vault-Token`, the namespace in
//! `X-Vault-Namespace`.

use std::fmt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use zeroize::{Zeroize, Zeroizing};

use super::master_key::MasterKey;
use crate::errors::{Error, Result};
use crate::outbound::{Outbound, Request};
use crate::settings;

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");

/// A key of a transit engine.
#[derive(Clone)]
pub struct Transit {
    address: Url,
    mount: String,
    key: String,
    namespace: Option<String>,
    token_file: PathBuf,
}

impl fmt::Display for Transit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.address.origin().ascii_serialization();
        write!(formatter, "the key {} of {} at {origin}", self.key, self.mount)
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: String,
}

/// What the engine says when it refuses.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<String>,
}

impl Transit {
    /// What the settings name, if they name one.
    ///
    /// # Errors
    ///
    /// When they are incomplete.
    pub fn of(settings: &settings::Transit) -> Result<Option<Self>> {
        let Some(address) = &settings.address else {
            return Ok(None);
        };
        let missing = |name: &str| Error::conflict(format!("transit.address is set, and {name} is not."));
        let address = Url::parse(address)
            .map_err(|error| Error::conflict(format!("transit.address \"{address}\" is not an address: {error}.")))?;
        Ok(Some(Self {
            address,
            mount: settings.mount.clone(),
            key: settings.key.clone().ok_or_else(|| missing("transit.key"))?,
            namespace: settings.namespace.clone(),
            token_file: settings
                .token_file
                .clone()
                .ok_or_else(|| missing("transit.token_file"))?,
        }))
    }

    /// Wraps the master key.
    pub(super) async fn wrap(&self, outbound: &Outbound, key: &MasterKey) -> Result<String> {
        let plaintext = Zeroizing::new(STANDARD.encode(key.text().as_bytes()));
        let encrypted: Encrypted = self
            .ask(outbound, "encrypt", &json!({ "plaintext": *plaintext }))
            .await?;
        Ok(encrypted.ciphertext)
    }

    /// Unwraps what [`Self::wrap`] made.
    pub(super) async fn unwrap(&self, outbound: &Outbound, wrapped: &str) -> Result<MasterKey> {
        let mut decrypted: Decrypted = self.ask(outbound, "decrypt", &json!({ "ciphertext": wrapped })).await?;
        let text = STANDARD.decode(&decrypted.plaintext).map(Zeroizing::new);
        decrypted.plaintext.zeroize();
        let key = text
            .ok()
            .and_then(|text| MasterKey::parse(std::str::from_utf8(&text).ok()?));
        key.ok_or_else(|| Error::conflict(format!("What {self} unwrapped is no master key.")))
    }

    async fn ask<T: for<'a> Deserialize<'a>>(
        &self,
        outbound: &Outbound,
        verb: &str,
        body: &serde_json::Value,
    ) -> Result<T> {
        let mut url = self.address.clone();
        url.path_segments_mut()
            .map_err(|()| Error::conflict("transit.address must begin with https:// or http://."))?
            .pop_if_empty()
            .push("v1")
            .extend(self.mount.split('/'))
            .push(verb)
            .push(&self.key);
        let token = std::fs::read_to_string(&self.token_file)
            .map(Zeroizing::new)
            .map_err(|error| {
                Error::unavailable(format!(
                    "The token for {self} cannot be read from {}: {error}.",
                    self.token_file.display()
                ))
            })?;
        let mut token = HeaderValue::from_str(token.trim()).map_err(Error::internal)?;
        token.set_sensitive(true);
        let body = serde_json::to_vec(body).map_err(Error::internal)?;
        let mut request = Request::post(url, "application/json", body).header(TOKEN, token);
        if let Some(namespace) = &self.namespace {
            let namespace = HeaderValue::from_str(namespace).map_err(Error::internal)?;
            request = request.header(NAMESPACE, namespace);
        }
        let answer = outbound.send(request).await?;
        let mut body = Zeroizing::new(answer.body);
        if !answer.status.is_success() {
            return Err(self.refused(verb, answer.status.as_u16(), &body));
        }
        let read: Result<Answer<T>, _> = serde_json::from_slice(&body);
        body.zeroize();
        read.map(|answer| answer.data)
            .map_err(|_| Error::unavailable(format!("{self} answers in a form that is not the transit engine's.")))
    }

    fn refused(&self, verb: &str, status: u16, body: &[u8]) -> Error {
        let said: Option<Refusal> = serde_json::from_slice(body).ok();
        let said = said.map(|refusal| refusal.errors.join("; ")).unwrap_or_default();
        let said: String = said.chars().filter(|letter| !letter.is_control()).take(300).collect();
        Error::unavailable(format!("To {verb} with {self} was refused ({status}): {said}"))
    }
}
