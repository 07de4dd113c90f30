//! What is asked for and given; a file per way.

pub mod authorize;
pub mod device;
pub mod exchange;
pub mod revoke;
pub mod token;

use std::time::Duration;

use slipway_api::ids::UserId;
use slipway_api::tokens::NewToken;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Tx};

use super::request::GrantError;
use crate::accounts::service::as_user;
use crate::tokens::service::NewlyMade;
use crate::{tokens, users};

/// A token, as a client is given it. No `Debug`.
pub struct Granted {
    /// The token's text.
    pub access_token: SecretBytes,
    /// How long it counts, in seconds; none for ever.
    pub expires_in: Option<u64>,
    /// What kind of token it is, where the standard wants that said (RFC 8693).
    pub issued_token_type: Option<&'static str>,
}

/// Gives a user's token. Refuses who was suspended since he agreed.
async fn give(tx: &mut Tx, ctx: &Ctx, user: UserId, description: &str) -> Result<(NewlyMade, Granted), GrantError> {
    let user = users::store::by_id(&**tx, user).await?;
    let user = user
        .filter(|user| !user.is_suspended)
        .ok_or_else(|| GrantError::refused("invalid_grant", "The account is gone or suspended."))?;
    let lifetime = lifetime(ctx);
    let wanted = NewToken {
        description: description.to_owned(),
        expired_at: (!lifetime.is_zero()).then(|| ctx.now().after(lifetime)),
        ..NewToken::default()
    };
    let made = tokens::service::add_for_user(tx, &as_user(ctx, &user), user.id, wanted).await?;
    let granted = Granted {
        access_token: SecretBytes::new(made.text.expose().to_vec()),
        expires_in: (!lifetime.is_zero()).then_some(lifetime.as_secs()),
        issued_token_type: None,
    };
    Ok((made, granted))
}

/// How long a new token counts: what the site says of these, and of all; zero for ever.
fn lifetime(ctx: &Ctx) -> Duration {
    let own = Some(ctx.settings.sign_in.login_token_days).filter(|days| *days > 0);
    let longest = ctx.settings.limits.longest_token_days.map(u64::from);
    let days = [own, longest].into_iter().flatten().min().unwrap_or_default();
    Duration::from_secs(days.saturating_mul(24 * 3_600))
}
