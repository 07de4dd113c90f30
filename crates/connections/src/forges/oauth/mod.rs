//! An application of a forge that somebody allows to act for him in the browser (OAuth 2.0 authorization code, RFC 6749
//! 4.1, with PKCE, RFC 7636), the renewal of its tokens, and GitHub's Apps by manifest.
//!
//! Pure but for the calls. What must stay true: a code is worth nothing without the verifier that its sign-in was begun
//! with; a secret goes in the body or a header, never into an address.

mod endpoints;
pub mod manifest;

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use slipway_api::Timestamp;
use url::Url;
use zeroize::Zeroizing;

use self::endpoints::Endpoints;
use super::client::{ACCEPT_JSON, Call, Client, Outside, basic, shortened};
use super::model::{ForgeError, ForgeKind};
use super::settings::{Secrets, Settings};

/// What goes into the address that a person's browser is sent to.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Where the browser comes back to; the application at the forge names it, too.
    pub redirect_uri: &'a str,
    /// What it brings back, by which the sign-in is found again.
    pub state: &'a str,
    /// The SHA-256 of the verifier in base64url (RFC 7636 `S256`).
    pub challenge: &'a str,
}

/// What a forge gave. No `Debug`: it holds secrets.
pub struct Grant {
    /// What requests are made with: the secret `access-token`.
    pub access_token: Zeroizing<String>,
    /// What the next one is got with: the secret `refresh-token`; none when the access token never ends.
    pub refresh_token: Option<Zeroizing<String>>,
    /// When the access token ends; none when never.
    pub expires_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Where a browser is sent to, so that its person allows the application.
///
/// # Errors
///
/// `Unsupported` for what has no such applications, `Refused` when a setting is missing.
pub fn authorize_url(kind: ForgeKind, settings: &Settings, asking: Asking<'_>) -> Result<Url, ForgeError> {
    let endpoints = Endpoints::of(kind, settings)?;
    let mut url = endpoints.authorize;
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", client_id(settings)?)
            .append_pair("redirect_uri", asking.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("state", asking.state)
            .append_pair("code_challenge", asking.challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(scope) = endpoints.scope {
            query.append_pair("scope", scope);
        }
    }
    Ok(url)
}

/// What the code that a browser brought back is worth.
///
/// # Errors
///
/// `Refused` when the forge does not take the code or the application's secret, and those of reaching it.
pub async fn redeem(
    kind: ForgeKind,
    (settings, secrets): (&Settings, &Secrets),
    outside: &Outside,
    code: &str,
    (redirect_uri, verifier): (&str, &str),
) -> Result<Grant, ForgeError> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    exchange(kind, (settings, secrets), outside, &fields).await
}

/// The next access token. The refresh token may be another one afterwards; then the former is worth nothing.
///
/// # Errors
///
/// `Credentials` when the forge does not take the refresh token any more: somebody must allow the application again.
pub async fn renew(
    kind: ForgeKind,
    (settings, secrets): (&Settings, &Secrets),
    outside: &Outside,
    redirect_uri: &str,
) -> Result<Grant, ForgeError> {
    let token = secrets.refresh_token.as_ref();
    let token = token.ok_or_else(|| ForgeError::Refused("there is nothing to renew the token with".to_owned()))?;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
        ("redirect_uri", redirect_uri),
    ];
    let mut grant = exchange(kind, (settings, secrets), outside, &fields).await?;
    // A forge that sends none lets the one that it has go on.
    grant.refresh_token = grant.refresh_token.or_else(|| Some(token.clone()));
    Ok(grant)
}

async fn exchange(
    kind: ForgeKind,
    (settings, secrets): (&Settings, &Secrets),
    outside: &Outside,
    fields: &[(&str, &str)],
) -> Result<Grant, ForgeError> {
    let endpoints = Endpoints::of(kind, settings)?;
    let missing = || ForgeError::Refused("the application's secret is missing".to_owned());
    let secret = secrets.client_secret.as_ref().ok_or_else(missing)?;
    let id = client_id(settings)?;
    let client = Client::new(outside, endpoints.token.as_str(), settings.ca_certificate.as_deref())?
        .header(ACCEPT_JSON.0, ACCEPT_JSON.1);
    let mut all = fields.to_vec();
    let mut call = Call::new(Method::POST, &[]);
    match endpoints.shows_secret_in_header {
        true => call = call.authorized(basic(id, secret)?),
        false => all.extend([("client_id", id), ("client_secret", secret.as_str())]),
    }
    if let Some(scope) = endpoints.scope.filter(|_| kind == ForgeKind::AzureDevops) {
        all.push(("scope", scope));
    }
    let reply = client.send(call.form(&all)).await?;
    // GitHub refuses with a status of success.
    let answer: Option<Answer> = serde_json::from_slice(&reply.body).ok();
    match answer {
        Some(Answer {
            access_token: Some(token),
            refresh_token,
            expires_in,
            error: None,
            ..
        }) => Ok(Grant {
            access_token: Zeroizing::new(token),
            refresh_token: refresh_token.filter(|token| !token.is_empty()).map(Zeroizing::new),
            expires_at: expires_in
                .filter(|seconds| *seconds > 0)
                .map(|seconds| outside.clock.now().after(Duration::from_secs(seconds))),
        }),
        Some(Answer {
            error: Some(error),
            error_description,
            ..
        }) => Err(refused(&client.host(), &error, error_description.as_deref(), fields)),
        _ if reply.status.is_success() => Err(ForgeError::Away(format!("{} gave no token", client.host()))),
        _ => Err(reply.refusal("a token", None, outside.clock.now())),
    }
}

/// What an error of RFC 6749 5.2 or of GitHub means.
fn refused(host: &str, error: &str, description: Option<&str>, fields: &[(&str, &str)]) -> ForgeError {
    let is_renewal = fields.iter().any(|(name, _)| *name == "refresh_token");
    let secrets = fields
        .iter()
        .filter(|(name, _)| matches!(*name, "refresh_token" | "code" | "code_verifier"));
    let said = shortened(description.unwrap_or(error));
    let holds_secret = secrets.into_iter().any(|(_, secret)| said.contains(secret));
    match error {
        "invalid_client" | "incorrect_client_credentials" | "unauthorized_client" => ForgeError::Refused(format!(
            "{host} does not know the application: its client id or its secret is wrong"
        )),
        "invalid_grant" | "bad_refresh_token" if is_renewal => ForgeError::Credentials(host.to_owned()),
        _ if holds_secret => ForgeError::Refused(format!("{host} gives no token: {}", shortened(error))),
        _ => ForgeError::Refused(format!("{host} gives no token: {said}")),
    }
}

fn client_id(settings: &Settings) -> Result<&str, ForgeError> {
    let missing = || ForgeError::Refused("the application's client id is missing".to_owned());
    settings.client_id.as_deref().ok_or_else(missing)
}
