//! What is asked of a caller where there is no object to ask about.

use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Actor, Ctx, Error, Result};

/// Refuses nobody.
pub(crate) fn require_somebody(ctx: &Ctx) -> Result<()> {
    match ctx.actor() {
        Actor::Anonymous => Err(unauthenticated()),
        _ => Ok(()),
    }
}

/// Refuses what the caller may not do at the site. Everybody may know that there is a site, so it is never missing.
///
/// # Errors
///
/// `Unauthenticated`; `Forbidden`.
pub async fn require_at_site(ctx: &Ctx, permission: Permission) -> Result<()> {
    require_somebody(ctx)?;
    if ctx.granted().await?.allows(permission, &Scope::site()) {
        return Ok(());
    }
    Err(Error::forbidden(permission.as_str()))
}
