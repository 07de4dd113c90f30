//! What becomes of what was brought along: it is the resource's, or its copy goes and nothing was touched.

use serde_json::json;
use slipway_api::ids::{ResourceChangeId, ResourceId};
use slipway_api::resources::ResourceState;
use slipway_infra::managed::{runs, succession, workspaces};
use slipway_kernel::{Ctx, Error, Result, Tx, blobs};

use super::model::{ImportStatus, ResourceImportRow};
use super::store;
use crate::resource_changes::{ResourceChange, store as changes};
use crate::resources::{Resource, recording, store as resources};

/// The order was carried out: the resource has what was brought. The workspace that it was copied from stays locked, and says
/// why: what it would apply is not its own any more.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn done(tx: &mut Tx, ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<()> {
    let Some(row) = store::hold(tx, change.id).await? else {
        return Ok(());
    };
    store::set_status(tx, row.change_id, ImportStatus::Done).await?;
    blobs::release(tx, &row.owner()).await?;
    if let Some(workspace) = row.from_workspace_id {
        let left = row.told.0.left_out_count;
        let reason = match &row.told.0.module {
            Some(call) if left > 0 => format!(
                "The resource {} manages what is below {call} now. Take that out of the code and the state here, and force \
                 the lock.",
                resource.name
            ),
            _ => format!(
                "The resource {} manages everything that is in its state now. Delete this workspace when nobody needs its \
                 history.",
                resource.name
            ),
        };
        let successor = resource.id.to_string();
        succession::settle(tx, ctx, workspace, &successor, (&reason, left == 0)).await?;
    }
    let told = json!({"resource-count": row.told.0.resource_count});
    recording::record(tx, ctx, resource, "resource.imported", told).await
}

/// The resource was destroyed: what was copied lists things that are gone, and would be made again by whoever unlocks it.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn destroyed(tx: &mut Tx, ctx: &Ctx, resource: &Resource) -> Result<()> {
    let Some(row) = store::of_resource(&**tx, resource.id, ImportStatus::Done).await? else {
        return Ok(());
    };
    let Some(workspace) = row.from_workspace_id else {
        return Ok(());
    };
    let reason = format!(
        "The resource {} took over what is in its state, and destroyed it: an apply here would make it again.",
        resource.name
    );
    let gave_all = row.told.0.left_out_count == 0;
    succession::settle(tx, ctx, workspace, &resource.id.to_string(), (&reason, gave_all)).await
}

/// The order came to nothing: the workspace that the state was copied from is free, and the copy goes with its workspace, as
/// soon as no run works on it. Nothing outside is touched.
///
/// # Errors
///
/// `PreconditionFailed` when the resource's row is another by now.
pub(crate) async fn come_to_nothing(
    tx: &mut Tx,
    ctx: &Ctx,
    resource: Resource,
    change: &ResourceChange,
) -> Result<Resource> {
    let Some(row) = store::hold(tx, change.id).await? else {
        return Ok(resource);
    };
    if row.status != ImportStatus::Open {
        return Ok(resource);
    }
    if let Some(workspace) = row.from_workspace_id {
        succession::release(tx, ctx, workspace, &resource.id.to_string()).await?;
    }
    store::set_status(tx, row.change_id, ImportStatus::Leaving).await?;
    settled(tx, ctx, (resource, row)).await
}

/// Removes the copy of a change that came to nothing, if its last run has stopped by now: the server's job.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn leave(ctx: &Ctx, change: ResourceChangeId) -> Result<()> {
    let seen = store::find(ctx.db.reader(), change).await?;
    let Some(seen) = seen.filter(|row| row.status == ImportStatus::Leaving) else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    let Some(resource) = resources::hold(&tx, seen.resource_id).await? else {
        return Ok(());
    };
    let Some(row) = store::hold(&tx, change).await? else {
        return Ok(());
    };
    if row.status == ImportStatus::Leaving {
        settled(&mut tx, ctx, (resource, row)).await?;
    }
    tx.commit().await
}

/// Removes the workspace with the copy, unless a run works on it.
async fn settled(tx: &mut Tx, ctx: &Ctx, (resource, row): (Resource, ResourceImportRow)) -> Result<Resource> {
    let mut next = resource.clone();
    if let Some(workspace) = resource.workspace_id {
        if !runs::hold_unfinished(tx, workspace).await?.is_empty() {
            return Ok(resource);
        }
        next.workspace_id = None;
        next.updated_at = ctx.now();
        next.version += 1;
        if !resources::update(tx, &next).await? {
            return Err(crate::resources::service::changed_meanwhile());
        }
        workspaces::remove(tx, ctx, workspace, true).await?;
    }
    store::set_status(tx, row.change_id, ImportStatus::Gone).await?;
    blobs::release(tx, &row.owner()).await?;
    recording::record(tx, ctx, &next, "resource.import-undone", json!({})).await?;
    Ok(next)
}

/// Has the copies looked at again that still have to go; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn look_again(ctx: &Ctx) -> Result<()> {
    for change in store::leaving(ctx.db.reader()).await? {
        leave(ctx, change.id).await?;
    }
    Ok(())
}

/// Lets go of what changes of a resource brought that is being removed.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn forget(tx: &mut Tx, ctx: &Ctx, resource: &Resource, change: ResourceChangeId) -> Result<()> {
    let Some(row) = store::hold(tx, change).await? else {
        return Ok(());
    };
    if let (Some(workspace), ImportStatus::Open) = (row.from_workspace_id, row.status) {
        succession::release(tx, ctx, workspace, &resource.id.to_string()).await?;
    }
    blobs::release(tx, &row.owner()).await
}

/// Refuses to take an order back whose apply has begun: what is running may not be as the copy says any more. Says whether the
/// change brought a state.
///
/// # Errors
///
/// `Conflict`.
pub(crate) async fn require_not_begun(ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<bool> {
    if store::find(ctx.db.reader(), change.id).await?.is_none() {
        return Ok(false);
    }
    match has_begun(ctx, resource).await? {
        false => Ok(true),
        true => Err(Error::conflict(format!(
            "The apply of {} had begun, so that what is running may be another than it was. Try the change again.",
            resource.name
        ))),
    }
}

async fn has_begun(ctx: &Ctx, resource: &Resource) -> Result<bool> {
    match resource.workspace_id {
        Some(workspace) => {
            let begun = runs::last_begun(ctx, (resource.organization_id, workspace)).await?;
            Ok(begun.is_some())
        }
        None => Ok(false),
    }
}

/// Refuses to destroy what was running before it was ordered, while it is not the resource's.
///
/// # Errors
///
/// `Conflict`.
pub(crate) async fn refuse_destroy(ctx: &Ctx, resource: &Resource) -> Result<()> {
    if resource.state != ResourceState::Requested {
        return Ok(());
    }
    refuse_while_leaving(ctx, resource.id).await?;
    let open = store::of_resource(ctx.db.reader(), resource.id, ImportStatus::Open).await?;
    let Some(row) = open else { return Ok(()) };
    let change = changes::find(ctx.db.reader(), row.change_id).await?;
    if change.is_some_and(|change| !change.status.is_over()) && !has_begun(ctx, resource).await? {
        return Err(Error::conflict(format!(
            "What \"{}\" was ordered with is running since before, and is not the resource's yet. Take its change back: \
             nothing is touched then.",
            resource.name
        )));
    }
    Ok(())
}

/// Refuses what would work on a copy that goes.
///
/// # Errors
///
/// `Conflict`.
pub(crate) async fn refuse_while_leaving(ctx: &Ctx, resource: ResourceId) -> Result<()> {
    match store::of_resource(ctx.db.reader(), resource, ImportStatus::Leaving).await? {
        Some(_) => Err(Error::conflict(
            "The copy of the state that it was ordered with is just being removed: its last run still has to stop. Try it \
             again in a moment.",
        )),
        None => Ok(()),
    }
}
