//! Somebody agrees in the browser, or does not.

use slipway_kernel::{Ctx, Result};
use url::Url;

use crate::links::base_url;
use crate::oauth::model::{AuthorizationCode, CODE_LIFETIME, CODE_MEMORY};
use crate::oauth::request::Asked;
use crate::oauth::store;
use crate::sessions::Current;

/// The letter in a code's text.
const LETTER: &str = "c";

/// Gives the client a code for who is signed in: where the browser goes with it.
///
/// # Errors
///
/// Those of the database.
pub async fn approve(ctx: &Ctx, current: &Current, asked: &Asked) -> Result<Url> {
    let text = slipway_kernel::tokens::generate(LETTER, &ctx.random)?;
    let text = text.expose_text()?;
    let code = AuthorizationCode {
        hash: slipway_kernel::tokens::hash(text),
        client_id: asked.client_id.clone(),
        redirect_uri: asked.redirect_text.clone(),
        challenge: asked.challenge.clone(),
        user_id: current.user,
        description: asked.description.clone(),
        expires_at: ctx.now().after(CODE_LIFETIME),
        used_at: None,
        token_id: None,
    };
    let tx = ctx.begin().await?;
    store::delete_codes_before(&tx, ctx.now().before(CODE_MEMORY)).await?;
    store::insert_code(&tx, &code).await?;
    tx.commit().await?;
    Ok(asked.answer(&base_url(&ctx.settings.server), text))
}

/// Where the browser goes when its user does not agree.
#[must_use]
pub fn refuse(ctx: &Ctx, asked: &Asked) -> Url {
    let issuer = base_url(&ctx.settings.server);
    asked.refusal(&issuer, "access_denied", "You did not allow it.")
}
