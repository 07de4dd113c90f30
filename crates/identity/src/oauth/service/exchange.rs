//! A token of another issuer for one of a service account (RFC 8693): what the request must say.

use slipway_kernel::Ctx;

use super::Granted;
use crate::links::base_url;
use crate::oauth::request::{Form, GrantError};
use crate::openid::Issuers;
use crate::trusted_issuers::service::{Denied, Wanted, exchange};

/// What is given.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// What can be shown.
const SHOWN: [&str; 2] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
];

/// Exchanges a token.
///
/// # Errors
///
/// `invalid_request` for a request that lacks something and for a token that is not taken; `invalid_target` when it is not
/// clear as whom; `invalid_scope`: the rule decides (RFC 8693, section 2.2.2).
pub async fn by_token(ctx: &Ctx, issuers: &Issuers, form: &Form) -> Result<Granted, GrantError> {
    let needed = |name: &'static str, what: &str| {
        let missing = || GrantError::refused("invalid_request", format!("The parameter {name} is missing: {what}."));
        form.get(name).ok_or_else(missing)
    };
    let token = needed("subject_token", "the token to exchange")?;
    let kind = needed("subject_token_type", SHOWN[0])?;
    let audience = needed("audience", "the organization, or ORGANIZATION/SERVICE-ACCOUNT")?;
    understood(ctx, form, kind)?;
    let (organization, account) = match audience.split_once('/') {
        Some((organization, account)) => (organization, Some(account)),
        None => (audience, None),
    };
    let wanted = Wanted {
        token,
        organization,
        account,
    };
    match exchange(ctx, issuers, &wanted).await {
        Ok(exchanged) => Ok(Granted {
            access_token: exchanged.text,
            expires_in: Some(exchanged.lifetime.as_secs()),
            issued_token_type: Some(ACCESS_TOKEN),
        }),
        Err(Denied::Token(why)) => Err(GrantError::refused("invalid_request", why)),
        Err(Denied::Target(why)) => Err(GrantError::refused("invalid_target", why)),
        Err(Denied::Failed(error)) => Err(GrantError::Failed(error)),
    }
}

/// Refuses what would silently not be done.
fn understood(ctx: &Ctx, form: &Form, kind: &str) -> Result<(), GrantError> {
    let refused = |error, why: &str| Err(GrantError::refused(error, why));
    if !SHOWN.contains(&kind) {
        return refused(
            "invalid_request",
            "The subject_token_type must be that of a JWT or an ID token.",
        );
    }
    if form
        .get("requested_token_type")
        .is_some_and(|wanted| wanted != ACCESS_TOKEN)
    {
        return refused(
            "invalid_request",
            "Only access tokens are given (requested_token_type).",
        );
    }
    if form.get("actor_token").is_some() {
        return refused(
            "invalid_request",
            "Acting for somebody else (actor_token) is not supported.",
        );
    }
    if form.get("scope").is_some() {
        return refused(
            "invalid_scope",
            "What the token may do is said by the rule that lets it in; leave scope away.",
        );
    }
    let base = base_url(&ctx.settings.server);
    if form
        .get("resource")
        .is_some_and(|place| place.trim_end_matches('/') != base)
    {
        return refused("invalid_target", "The token is for this server only (resource).");
    }
    Ok(())
}
