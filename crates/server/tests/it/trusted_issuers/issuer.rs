//! An issuer that signs whatever it is asked to, with keys that it can change.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The issuer.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    key: Arc<Key>,
    is_away: bool,
    /// How often its keys were asked for.
    key_requests: u32,
}

/// A pair of keys with a name.
pub struct Key {
    name: String,
    pair: EcdsaKeyPair,
}

impl Key {
    pub fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        })
    }

    /// The public half, as a JSON Web Key.
    pub fn public(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        json!({"kty": "EC", "crv": "P-256", "kid": self.name, "use": "sig", "x": part(1..33), "y": part(33..65)})
    }

    /// A token with this head and these claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A token that is authenticated with the public key, as if that were a shared secret.
    pub fn authenticate(&self, claims: &Value) -> String {
        let message = message(&json!({"alg": "HS256", "kid": self.name}), claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        format!(
            "{message}.{}",
            URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()))
        )
    }
}

pub fn message(header: &Value, claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encoded(header), encoded(claims))
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared {
            key: Key::new("one"),
            is_away: false,
            key_requests: 0,
        };
        let issuer = Self {
            url,
            shared: Arc::new(Mutex::new(shared)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    pub fn key(&self) -> Arc<Key> {
        Arc::clone(&self.shared.lock().unwrap().key)
    }

    /// Signs with another key from now on, and publishes no other.
    pub fn change_key(&self, name: &str) {
        self.shared.lock().unwrap().key = Key::new(name);
    }

    pub fn go_away(&self) {
        self.shared.lock().unwrap().is_away = true;
    }

    pub fn key_requests(&self) -> u32 {
        self.shared.lock().unwrap().key_requests
    }

    /// A token that is what it says.
    pub fn token(&self, claims: &Value) -> String {
        let key = self.key();
        key.sign(&json!({"alg": "ES256", "kid": key.name, "typ": "JWT"}), claims)
    }
}

async fn describe(State(issuer): State<Issuer>) -> Result<Json<Value>, StatusCode> {
    if issuer.shared.lock().unwrap().is_away {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let url = &issuer.url;
    // It announces what must never be taken.
    let algorithms = ["ES256", "HS256", "none"];
    Ok(Json(json!({
        "issuer": url, "jwks_uri": format!("{url}/keys"), "id_token_signing_alg_values_supported": algorithms,
    })))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let mut shared = issuer.shared.lock().unwrap();
    shared.key_requests += 1;
    Json(json!({"keys": [shared.key.public()]}))
}
