//! Giving a token back (RFC 7009).

use slipway_api::ids::UserId;
use slipway_kernel::{Ctx, Result};

use super::token::take_back;
use crate::accounts::service::as_user;
use crate::tokens::{self, TokenKind};
use crate::users;

/// Revokes a user's token, or one that was given for another issuer's: who has it may end it. Anything else is left alone, and answered alike.
///
/// # Errors
///
/// Those of the database.
pub async fn revoke(ctx: &Ctx, text: &str) -> Result<()> {
    let hash = slipway_kernel::tokens::hash(text);
    let token = tokens::store::by_hash(ctx.db.reader(), &hash).await?;
    let Some(token) = token.filter(|token| token.kind == TokenKind::User || token.origin.is_some()) else {
        return Ok(());
    };
    let user = token.subject.parse::<UserId>().ok();
    let user = match user {
        Some(id) => users::store::by_id(ctx.db.reader(), id).await?,
        None => None,
    };
    let ctx = user.map_or_else(|| ctx.clone(), |user| as_user(ctx, &user));
    let mut tx = ctx.begin().await?;
    take_back(&mut tx, &ctx, token.id).await?;
    tx.commit().await
}
