//! What people and the rest of the program do with resources.

mod becoming;
mod destroying;
mod editing;
mod forming;
mod ordering;
mod showing;

use slipway_api::Code;
use slipway_api::ids::ResourceId;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{KIND, Resource, Secrets};
use super::{sealing, store};
use crate::resource_changes::ResourceChange;

pub use becoming::{become_applied, forget_wanted};
pub use destroying::{delete, destroy, destroy_as, sweep};
pub(crate) use editing::project_named;
pub use editing::{
    check_create, check_update, create, create_as, may_bring_states, refresh, refresh_as, restore, template_named,
    update, update_as,
};
pub use forming::{form, form_of};
pub use showing::{list, output, outputs, revisions, tree};

/// The resource, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ResourceId, permission: Permission) -> Result<Resource> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let resource = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &resource.target()).await?;
    Ok(resource)
}

/// The values of a resource's secrets, as they were last applied.
///
/// # Errors
///
/// Those of the database.
pub async fn secrets(ctx: &Ctx, resource: &Resource) -> Result<Secrets> {
    let of = (resource.organization_id, &resource.place());
    sealing::opened(ctx, ctx.db.reader(), of, resource.sealed.as_deref()).await
}

/// The values of secrets that a change wants.
///
/// # Errors
///
/// Those of the database.
pub async fn secrets_of_change(ctx: &Ctx, change: &ResourceChange) -> Result<Secrets> {
    let of = (change.organization_id, &change.place());
    sealing::opened(ctx, ctx.db.reader(), of, change.sealed.as_deref()).await
}

/// Somebody was faster.
#[must_use]
pub fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the resource at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
