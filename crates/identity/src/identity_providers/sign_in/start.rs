//! Sending a browser to a provider.

use slipway_api::ids::{IdentityProviderId, UserId};
use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Error, Result};
use url::Url;

use super::LIFETIME;
use crate::identity_providers::model::{Provider, SignInState};
use crate::identity_providers::{service, store};
use crate::openid::{Issuers, pkce};

/// A sign-in that was begun.
pub struct Begun {
    /// Where the browser goes.
    pub url: Url,
    /// Tells this sign-in from others of the same browser; no secret.
    pub cookie_suffix: String,
    /// What the browser keeps, for as long as the sign-in lasts.
    pub cookie_value: String,
    /// How long that is.
    pub lifetime_seconds: u64,
}

/// Begins a sign-in, or with `linking` the tying of an identity to that user's account.
///
/// # Errors
///
/// `NotFound` when there is no such provider, or it is turned off; `Unavailable` when it cannot be asked.
pub async fn start(
    ctx: &Ctx,
    issuers: &Issuers,
    id: IdentityProviderId,
    return_to: &str,
    linking: Option<UserId>,
) -> Result<Begun> {
    let provider = usable(ctx, id).await?;
    let known = issuers.known(ctx, &provider.issuer()?.into()).await?;
    let endpoint = known
        .discovery
        .authorization_endpoint
        .clone()
        .ok_or_else(|| Error::unavailable(format!("\"{}\" has no page to sign in at.", provider.name)))?;
    let (state, browser) = (pkce::unguessable(&ctx.random)?, pkce::unguessable(&ctx.random)?);
    let (nonce, verifier) = (pkce::unguessable(&ctx.random)?, pkce::unguessable(&ctx.random)?);
    let url = address(ctx, &provider, endpoint, [&state, &nonce, &pkce::challenge(&verifier)]);
    let hash = slipway_kernel::tokens::hash(&state);
    let cookie_suffix = cookie_suffix(&state);
    let sealed = ctx
        .secrets
        .seal(ctx.db.reader(), None, &place(&hash), verifier.as_bytes())
        .await?;
    let row = SignInState {
        browser_hash: slipway_kernel::tokens::hash(&browser),
        hash,
        provider_id: provider.id,
        nonce,
        verifier: sealed,
        return_to: return_to.to_owned(),
        user_id: linking,
        expires_at: ctx.now().after(LIFETIME),
    };
    let tx = ctx.begin().await?;
    // Whoever never came back leaves a row; each new one takes those away.
    store::delete_expired_states(&tx, ctx.now()).await?;
    store::insert_state(&tx, &row).await?;
    tx.commit().await?;
    Ok(Begun {
        url,
        cookie_suffix,
        cookie_value: browser,
        lifetime_seconds: LIFETIME.as_secs(),
    })
}

/// The provider, if people can sign in with it.
pub(super) async fn usable(ctx: &Ctx, id: IdentityProviderId) -> Result<Provider> {
    let provider = store::by_id(ctx.db.reader(), id).await?;
    provider.filter(|provider| provider.is_enabled).ok_or_else(|| {
        Error::new(
            slipway_api::Code::NotFound,
            "This way to sign in does not exist any more. Go back to the sign-in page and choose another.",
        )
    })
}

/// What the cookie of a sign-in is told by: a part of the state's hash, so that several sign-ins of one browser do not
/// take each other's.
pub(super) fn cookie_suffix(state: &str) -> String {
    slipway_kernel::tokens::hash(state).chars().take(16).collect()
}

pub(super) fn place(hash: &str) -> Place {
    Place::new("sign_in_states", "verifier", hash)
}

fn address(ctx: &Ctx, provider: &Provider, mut endpoint: Url, [state, nonce, challenge]: [&String; 3]) -> Url {
    endpoint.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", &service::callback_url(ctx, provider.id)),
        ("scope", &provider.scopes.0.join(" ")),
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]);
    endpoint
}
