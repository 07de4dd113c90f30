//! An issuer that lies on demand: a test double, for attacks only. What works is tested with real Dex.

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::{Query, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::site::now;

/// What it says its client is.
pub const CLIENT: (&str, &str) = ("slipway", "issuer-secret");

/// How it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    Nothing,
    /// Not signed at all.
    None,
    /// Signed with its public key, as if that were a shared secret.
    Shared,
    /// Signed by somebody else, in the name of its key.
    AnothersKey,
    /// In the name of a key that it does not have.
    UnknownKey,
    /// Signed by somebody else, with a key that is in the token itself.
    OwnKeyInside,
    /// Another issuer's name.
    Issuer,
    /// Its own name with a slash.
    IssuerAlmost,
    Audience,
    /// For two, given to the other one.
    AuthorizedParty,
    /// For two, and nobody says to whom it was given.
    TwoAudiences,
    Expired,
    NoEnd,
    Future,
    Nonce,
    NoNonce,
    AccessToken,
    NoSubject,
    /// Demands something unknown.
    Critical,
}

/// The issuer.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    lie: Lie,
    has_sign_out: bool,
    /// What its userinfo endpoint says, if it has one.
    told: Option<Value>,
    signed: Arc<EcdsaKeyPair>,
    other: Arc<EcdsaKeyPair>,
    /// How often its keys were asked for.
    key_requests: u32,
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pair = || Arc::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
        let shared = Shared {
            lie: Lie::Nothing,
            has_sign_out: false,
            told: None,
            signed: pair(),
            other: pair(),
            key_requests: 0,
        };
        let issuer = Self {
            url,
            shared: Arc::new(Mutex::new(shared)),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(tell))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    pub fn lies(&self, lie: Lie) {
        self.shared.lock().unwrap().lie = lie;
    }

    pub fn offers_sign_out(&self) {
        self.shared.lock().unwrap().has_sign_out = true;
    }

    /// Has a userinfo endpoint from now on, which says this.
    pub fn tells(&self, told: Value) {
        self.shared.lock().unwrap().told = Some(told);
    }

    pub fn key_requests(&self) -> u32 {
        self.shared.lock().unwrap().key_requests
    }
}

async fn describe(State(issuer): State<Issuer>) -> Json<Value> {
    let url = &issuer.url;
    let mut description = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        // It announces what must never be taken.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    if issuer.shared.lock().unwrap().has_sign_out {
        description["end_session_endpoint"] = json!(format!("{url}/sign-out"));
    }
    if issuer.shared.lock().unwrap().told.is_some() {
        description["userinfo_endpoint"] = json!(format!("{url}/userinfo"));
    }
    Json(description)
}

/// For who brings the access token.
async fn tell(State(issuer): State<Issuer>, headers: axum::http::HeaderMap) -> Json<Value> {
    assert_eq!(headers["authorization"], "Bearer an-access-token");
    Json(issuer.shared.lock().unwrap().told.clone().unwrap())
}

fn published(pair: &EcdsaKeyPair) -> Value {
    let point = pair.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    json!({"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": part(1..33), "y": part(33..65)})
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let mut shared = issuer.shared.lock().unwrap();
    shared.key_requests += 1;
    Json(json!({"keys": [published(&shared.signed)]}))
}

#[derive(serde::Deserialize)]
struct Asked {
    redirect_uri: String,
    state: String,
    nonce: String,
}

/// Its codes are the nonces, so that it needs to remember nothing.
async fn authorize(Query(asked): Query<Asked>) -> Redirect {
    let Asked {
        redirect_uri,
        state,
        nonce,
    } = asked;
    Redirect::to(&format!("{redirect_uri}?code={nonce}&state={state}"))
}

async fn token(State(issuer): State<Issuer>, form: String) -> Json<Value> {
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    let nonce = pairs.find(|(name, _)| name == "code").unwrap().1.into_owned();
    let shared = issuer.shared.lock().unwrap();
    Json(json!({
        "access_token": "an-access-token",
        "token_type": "Bearer",
        "id_token": made(&issuer.url, &shared, &nonce),
    }))
}

fn made(url: &str, shared: &Shared, nonce: &str) -> String {
    let seconds = now().unix_ms() / 1_000;
    let mut claims = json!({
        "iss": url, "sub": "mallory", "aud": CLIENT.0, "iat": seconds, "exp": seconds + 300, "nonce": nonce,
        "email": "mallory@example.com", "email_verified": true,
    });
    let mut header = json!({"alg": "ES256", "kid": "one"});
    match shared.lie {
        Lie::Issuer => claims["iss"] = json!("https://accounts.google.com"),
        Lie::IssuerAlmost => claims["iss"] = json!(format!("{url}/")),
        Lie::Audience => claims["aud"] = json!("another-client"),
        Lie::AuthorizedParty => {
            claims["aud"] = json!([CLIENT.0, "another-client"]);
            claims["azp"] = json!("another-client");
        }
        Lie::TwoAudiences => claims["aud"] = json!([CLIENT.0, "another-client"]),
        Lie::Expired => claims["exp"] = json!(seconds - 120),
        Lie::NoEnd => drop(claims.as_object_mut().unwrap().remove("exp")),
        Lie::Future => claims["iat"] = json!(seconds + 600),
        Lie::Nonce => claims["nonce"] = json!("another"),
        Lie::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
        Lie::AccessToken => claims["at_hash"] = json!("77QmUPtjPfzWtF2AnpK9RQ"),
        Lie::NoSubject => drop(claims.as_object_mut().unwrap().remove("sub")),
        Lie::Critical => header["crit"] = json!(["exp"]),
        Lie::None => header["alg"] = json!("none"),
        Lie::Shared => header["alg"] = json!("HS256"),
        Lie::UnknownKey => header["kid"] = json!("unheard-of"),
        Lie::OwnKeyInside => header["jwk"] = published(&shared.other),
        Lie::Nothing | Lie::AnothersKey => {}
    }
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encoded(&header), encoded(&claims));
    let signed = |pair: &EcdsaKeyPair| {
        let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        signature.as_ref().to_vec()
    };
    let signature = match shared.lie {
        Lie::None => Vec::new(),
        Lie::Shared => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, shared.signed.public_key().as_ref());
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
        Lie::AnothersKey | Lie::OwnKeyInside => signed(&shared.other),
        _ => signed(&shared.signed),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
