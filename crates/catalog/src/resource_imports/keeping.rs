//! Keeping a state with the order that brought it, and giving it to the resource's workspace when that is made.

use slipway_api::Code;
use slipway_api::ids::{OrganizationId, ResourceChangeId};
use slipway_api::resources::ResourceImported;
use slipway_infra::managed::{states, succession};
use slipway_kernel::blobs::{self, BlobAddress};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::{ImportStatus, ResourceImportRow, Told};
use super::store;
use super::taking::Taken;
use crate::resource_changes::ResourceChange;
use crate::resources::Resource;
use crate::templates::Template;

/// A state that can be kept: its bytes are stored.
pub(crate) struct Kept {
    taken: Taken,
    blob: BlobAddress,
}

/// Stores the bytes, outside of any transaction.
///
/// # Errors
///
/// Those of the blobs.
pub(crate) async fn keeping(ctx: &Ctx, organization: OrganizationId, taken: Taken) -> Result<Kept> {
    let blob = states::store(ctx, organization, taken.bytes.clone()).await?;
    Ok(Kept { taken, blob })
}

/// Keeps it with an order, in the transaction that makes that; the workspace that it was copied from is locked.
///
/// # Errors
///
/// `Conflict` and `WorkspaceLocked` when the workspace is another since it was read.
pub(crate) async fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    (resource, template, change): (&Resource, &Template, ResourceChangeId),
    kept: Kept,
) -> Result<()> {
    let Kept { taken, blob } = kept;
    if let Some(predecessor) = &taken.predecessor {
        let name = format!("Resource {}/{}", template.key, resource.name);
        let reason = format!("{name} begins with a copy of its state: change there what is to be changed.");
        let successor = (resource.id.to_string(), name);
        succession::lock(tx, ctx, predecessor, successor, &reason).await?;
    }
    let row = ResourceImportRow {
        change_id: change,
        resource_id: resource.id,
        organization_id: resource.organization_id,
        status: ImportStatus::Open,
        blob,
        from_workspace_id: taken.predecessor.as_ref().map(|one| one.workspace),
        allow_destroy: taken.allow_destroy,
        told: Told(taken.told),
        created_at: ctx.now(),
    };
    blobs::refer(tx, ctx, row.organization_id, &row.blob, &row.owner()).await?;
    store::insert(tx, &row).await
}

/// The state that the workspace of a change's resource begins with, where it brought one and there is no workspace yet.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub(crate) async fn prepared(
    ctx: &Ctx,
    resource: &Resource,
    change: &ResourceChange,
) -> Result<Option<states::Prepared>> {
    if resource.workspace_id.is_some() {
        return Ok(None);
    }
    let row = store::find(ctx.db.reader(), change.id).await?;
    match row.filter(|row| row.status == ImportStatus::Open) {
        Some(row) => {
            let by = change.requested_by.clone();
            states::prepare(ctx, row.organization_id, row.blob, by).await.map(Some)
        }
        None => Ok(None),
    }
}

/// What a change brought, for the caller: the workspace that it was copied from only where he may see that.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn shown(ctx: &Ctx, change: ResourceChangeId) -> Result<Option<ResourceImported>> {
    let Some(row) = store::find(ctx.db.reader(), change).await? else {
        return Ok(None);
    };
    let mut told = row.told.0;
    if let Some(workspace) = row.from_workspace_id {
        match succession::seen(ctx, workspace, &row.resource_id.to_string()).await {
            Ok((name, lock)) => {
                told.from_workspace = Some(name);
                told.from_workspace_lock = lock;
            }
            Err(error) if error.code() == Code::NotFound => told.from_workspace = None,
            Err(error) => return Err(error),
        }
    }
    Ok(Some(told))
}
