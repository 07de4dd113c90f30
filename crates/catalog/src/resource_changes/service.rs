//! What other parts of the catalog do with changes: opening one.

use slipway_api::Code;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::{ResourceChange, Wanted};
use super::{recording, store, waking};
use crate::permissions::RESOURCE_APPROVE;
use crate::resources::Resource;

/// Opens a change of a resource. The caller has checked what is wanted and may ask for it, and writes the change's id into
/// the resource in the same transaction. A destruction takes the place of a change that failed.
///
/// # Errors
///
/// `Conflict` when the resource has a change that is not over; `Forbidden` when it shall be confirmed by itself and the
/// caller may not approve.
pub async fn open(tx: &mut Tx, ctx: &Ctx, resource: &Resource, wanted: Wanted) -> Result<ResourceChange> {
    if wanted.auto_apply {
        ctx.authorize(RESOURCE_APPROVE, &resource.target()).await?;
    }
    if let Some(id) = resource.change_id {
        give_way(tx, ctx, resource, (id, wanted.kind)).await?;
    }
    let user = match ctx.actor() {
        Actor::User { id, .. } => Some(*id),
        _ => None,
    };
    let number = store::next_number(tx, resource.id).await?;
    let change = ResourceChange::new(resource, number, wanted, (user, ctx.actor().name()), ctx.now());
    store::insert(tx, &change).await?;
    recording::record(tx, ctx, (resource, &change), "resource-change.opened").await?;
    waking::look(tx, ctx, &change).await?;
    Ok(change)
}

/// A change that failed makes room for destroying what it left; any other stays.
async fn give_way(
    tx: &mut Tx,
    ctx: &Ctx,
    resource: &Resource,
    (id, kind): (slipway_api::ids::ResourceChangeId, ResourceChangeKind),
) -> Result<()> {
    let Some(mut open) = store::hold(tx, id).await?.filter(|open| !open.status.is_over()) else {
        return Ok(());
    };
    if open.status != ResourceChangeStatus::Failed || kind != ResourceChangeKind::Destroy {
        return Err(Error::new(
            Code::Conflict,
            format!(
                "Change {} of {} is not over. Wait for it, or take it back first.",
                open.number, resource.name
            ),
        )
        .with_meta("resource-change", open.id.to_string()));
    }
    open.end(ResourceChangeStatus::Canceled, ctx.now());
    recording::save(tx, ctx, (resource, &open), "resource-change.canceled").await
}
