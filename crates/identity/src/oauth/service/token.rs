//! Exchanging what a client has for a token.

use serde_json::json;
use slipway_api::ids::TokenId;
use slipway_kernel::grants::store as grants;
use slipway_kernel::{Ctx, Result, Tx, events};

use super::{Granted, give};
use crate::oauth::model::AuthorizationCode;
use crate::oauth::request::{Form, GrantError};
use crate::oauth::store;
use crate::openid::pkce;
use crate::tokens;

/// Exchanges a code that somebody's agreement gave.
///
/// # Errors
///
/// `invalid_grant` for a code that is unknown, over, for something else, or was used: then what it gave is taken back,
/// because one of the two who had it was not meant to (RFC 6749, section 4.1.2).
pub async fn by_code(ctx: &Ctx, form: &Form) -> Result<Granted, GrantError> {
    let needed = |name: &'static str| {
        let missing = || GrantError::refused("invalid_request", format!("The parameter {name} is missing."));
        form.get(name).ok_or_else(missing)
    };
    let (text, redirect, verifier) = (needed("code")?, needed("redirect_uri")?, needed("code_verifier")?);
    let hash = slipway_kernel::tokens::hash(text);
    let code = store::code(ctx.db.reader(), &hash).await?.ok_or_else(unknown)?;
    if code.used_at.is_some() {
        return Err(used_twice(ctx, &hash).await?);
    }
    let is_theirs = form.get("client_id") == Some(code.client_id.as_str()) && redirect == code.redirect_uri;
    if !is_theirs || ctx.now() >= code.expires_at || !pkce::answers(verifier, &code.challenge) {
        return Err(unknown());
    }
    let mut tx = ctx.begin().await?;
    if !store::use_code(&tx, &hash, ctx.now()).await? {
        drop(tx);
        return Err(used_twice(ctx, &hash).await?);
    }
    let (made, granted) = give(&mut tx, ctx, code.user_id, &code.description).await?;
    store::set_token(&tx, &hash, made.token.id).await?;
    tx.commit().await?;
    Ok(granted)
}

async fn used_twice(ctx: &Ctx, hash: &str) -> Result<GrantError> {
    let code = store::code(ctx.db.reader(), hash).await?;
    if let Some(AuthorizationCode {
        token_id: Some(token), ..
    }) = code
    {
        let mut tx = ctx.begin().await?;
        take_back(&mut tx, ctx, token).await?;
        tx.commit().await?;
    }
    Ok(GrantError::refused(
        "invalid_grant",
        "The code was used twice, so the token that it gave was revoked. Sign in again.",
    ))
}

/// Revokes a token that was given here; one that is revoked already stays so.
pub(super) async fn take_back(tx: &mut Tx, ctx: &Ctx, id: TokenId) -> Result<()> {
    if !tokens::store::revoke(tx, id, ctx.now()).await? {
        return Ok(());
    }
    grants::changed(tx).await?;
    let token = tokens::store::by_id(&**tx, id).await?;
    let (subject, description) = token
        .map(|token| (token.subject, token.description))
        .unwrap_or_default();
    let event = events::NewEvent {
        action: "token.revoked",
        organization: None,
        project: None,
        object_kind: "token",
        object_id: id.to_string(),
        object_name: description,
        access_id: Some(subject),
        changes: json!({}),
    };
    events::record(tx, ctx, event).await
}

fn unknown() -> GrantError {
    GrantError::refused(
        "invalid_grant",
        "The code is unknown, has expired after a minute, or belongs to another sign-in. Sign in again.",
    )
}
