//! Whose pools, plans and rules are: the site's, which every organization sees, or an organization's own.

pub(crate) mod store;

use slipway_api::Code;
use slipway_api::ids::OrganizationId;
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::{Actor, Ctx, Error, Result};

/// Whose something new shall be, if the caller may make it: only who administers the site makes what every organization sees.
///
/// # Errors
///
/// `Forbidden`.
pub(crate) async fn of_new(
    ctx: &Ctx,
    permission: Permission,
    organization: &Organization,
    is_shared: bool,
) -> Result<Option<OrganizationId>> {
    if !is_shared {
        organizations::require(ctx, permission, organization).await?;
        return Ok(Some(organization.id));
    }
    match ctx.granted().await?.allows(permission, &Scope::site()) {
        true => Ok(None),
        false => Err(forbidden_at(permission, "the site")),
    }
}

/// Says that something is allowed above what the caller was shown, or not at all.
pub(crate) fn forbidden_at(permission: Permission, place: &str) -> Error {
    let detail = format!(
        "You need the permission \"{}\" at {place} for this; ask who administers {place}.",
        permission.as_str()
    );
    Error::new(Code::Forbidden, detail)
}

/// What authorization asks about something that an owner has.
pub(crate) fn target(
    owner: Option<OrganizationId>,
    kind: &'static str,
    id: &impl ToString,
    read: Permission,
) -> Target<'static> {
    Target {
        kind,
        name: id.to_string().into(),
        scope: owner.map_or_else(Scope::site, Scope::organization),
        read,
    }
}

/// Refuses nobody before anything is looked for.
///
/// # Errors
///
/// `Unauthenticated`.
pub(crate) fn require_somebody(ctx: &Ctx) -> Result<()> {
    match ctx.actor() {
        Actor::Anonymous => Err(unauthenticated()),
        _ => Ok(()),
    }
}
