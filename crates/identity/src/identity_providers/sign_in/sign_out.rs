//! Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0).

use slipway_kernel::secrets::Place;
use slipway_kernel::{Ctx, Result};
use url::Url;

use crate::identity_providers::store;
use crate::links::base_url;
use crate::openid::Issuers;
use crate::sessions::{self, Current};

/// Where the browser signs out at the provider that the session came from; none when there is none, or it has no place
/// for that. To be asked before the session is ended. A provider that is away keeps nobody from signing out here.
///
/// # Errors
///
/// Those of the database.
pub async fn sign_out_address(ctx: &Ctx, issuers: &Issuers, current: &Current) -> Result<Option<Url>> {
    let Some(session) = sessions::store::by_id(ctx.db.reader(), current.id).await? else {
        return Ok(None);
    };
    let id = session.provider_id.as_deref().and_then(|id| id.parse().ok());
    let (Some(id), Some(sealed)) = (id, &session.id_token) else {
        return Ok(None);
    };
    let Some(provider) = store::by_id(ctx.db.reader(), id).await? else {
        return Ok(None);
    };
    let Ok(known) = issuers.known(ctx, &provider.issuer()?.into()).await else {
        return Ok(None);
    };
    let Some(mut url) = known.discovery.end_session_endpoint.clone() else {
        return Ok(None);
    };
    let place = Place::new("sessions", "id_token", session.id);
    let token = ctx.secrets.open(ctx.db.reader(), None, &place, sealed).await?;
    url.query_pairs_mut().extend_pairs([
        ("id_token_hint", token.expose_text()?),
        ("client_id", &provider.client_id),
        (
            "post_logout_redirect_uri",
            &format!("{}/sign-in", base_url(&ctx.settings.server)),
        ),
    ]);
    Ok(Some(url))
}
