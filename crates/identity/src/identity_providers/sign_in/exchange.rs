//! Asking a provider: its code for tokens, and what it tells beside its token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};
use slipway_api::Code;
use slipway_kernel::outbound::Request;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result};
use url::form_urlencoded;

use super::person::{self, Person};
use crate::identity_providers::model::Provider;
use crate::identity_providers::service;
use crate::openid::Discovery;

/// Size of what a provider may answer, in bytes.
const BYTES: usize = 256 << 10;

/// What a code was exchanged for. No `Debug`: these are secrets.
#[derive(Deserialize)]
pub(super) struct Exchanged {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
}

/// Why a code was not taken (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// Exchanges a code.
///
/// # Errors
///
/// `Forbidden` when the provider does not take it; `Unavailable`.
pub(super) async fn exchange(
    ctx: &Ctx,
    provider: &Provider,
    discovery: &Discovery,
    (code, verifier): (&str, &SecretBytes),
) -> Result<Exchanged> {
    let endpoint = discovery.token_endpoint.clone();
    let endpoint = endpoint.ok_or_else(|| unusable(provider, "it names no place to exchange codes at"))?;
    let secret = service::opened_secret(ctx, provider).await?;
    let redirect = service::callback_url(ctx, provider.id);
    let in_form = secret.is_none() || discovery.wants_secret_in_form();
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect),
        ("code_verifier", verifier.expose_text()?),
    ];
    if in_form {
        pairs.push(("client_id", &provider.client_id));
        if let Some(secret) = &secret {
            pairs.push(("client_secret", secret.expose_text()?));
        }
    }
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .into_bytes();
    let mut request = Request::post(endpoint, "application/x-www-form-urlencoded", body).at_most(BYTES);
    if let Some(secret) = secret.filter(|_| !in_form) {
        request = request.header(http::header::AUTHORIZATION, basic(&provider.client_id, &secret)?);
    }
    let request = request.header(http::header::ACCEPT, http::HeaderValue::from_static("application/json"));
    let answer = ctx.outbound.send(request).await?;
    if answer.status.is_success() {
        return serde_json::from_slice(&answer.body).map_err(|_| {
            unusable(
                provider,
                "it answers without an ID token; is \"openid\" among the scopes?",
            )
        });
    }
    let refused: Option<Refused> = serde_json::from_slice(&answer.body).ok();
    Err(not_taken(
        provider,
        refused.as_ref().map_or("", |refused| refused.error.as_str()),
    ))
}

/// The groups that the provider tells at its userinfo endpoint, where some put what their token would be too large with.
///
/// # Errors
///
/// `Unavailable` when it cannot be asked; `Forbidden` when it speaks of somebody else.
pub(super) async fn groups_elsewhere(
    ctx: &Ctx,
    provider: &Provider,
    discovery: &Discovery,
    (person, exchanged): (&Person, &Exchanged),
) -> Result<Option<Vec<String>>> {
    let (Some(endpoint), Some(token)) = (discovery.userinfo_endpoint.clone(), &exchanged.access_token) else {
        return Ok(None);
    };
    let mut bearer = http::HeaderValue::try_from(format!("Bearer {token}")).map_err(Error::internal)?;
    bearer.set_sensitive(true);
    let request = Request::get(endpoint)
        .at_most(BYTES)
        .header(http::header::AUTHORIZATION, bearer);
    let answer = ctx.outbound.send(request).await?;
    let Some(all) = serde_json::from_slice::<Map<String, Value>>(&answer.body)
        .ok()
        .filter(|_| answer.status.is_success())
    else {
        return Ok(None);
    };
    // OpenID Connect Core 1.0, section 5.3.2: it must be about the same person, or it is not to be used.
    if all.get("sub").and_then(Value::as_str) != Some(person.subject.as_str()) {
        return Err(unusable(provider, "its userinfo endpoint speaks of somebody else"));
    }
    Ok(person::groups(provider, &all))
}

/// RFC 6749, section 2.3.1: both parts are written as in a form first.
fn basic(client_id: &str, secret: &SecretBytes) -> Result<http::HeaderValue> {
    let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", escaped(client_id), escaped(secret.expose_text()?));
    let mut value = http::HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).map_err(Error::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

fn not_taken(provider: &Provider, error: &str) -> Error {
    let name = &provider.name;
    let sentence = match error {
        "invalid_client" | "unauthorized_client" => format!(
            "\"{name}\" does not accept the client id and secret that this site has for it. An administrator of the site \
             sets them anew with `slipway identity-provider update {name}`."
        ),
        "invalid_grant" => format!("\"{name}\" does not know this sign-in, or it was finished already. Begin again."),
        _ => format!("\"{name}\" did not complete the sign-in. Begin again."),
    };
    Error::new(Code::Forbidden, sentence)
}

fn unusable(provider: &Provider, why: &str) -> Error {
    Error::unavailable(format!("\"{}\" cannot be used to sign in: {why}.", provider.name))
}
