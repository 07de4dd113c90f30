//! Taking over what an ordinary workspace manages: its state is copied, and it is locked for the one who took over, so that no
//! two manage the same things. The workspace stays as it was, and is given back when nothing comes of it.

use bytes::Bytes;
use serde_json::json;
use slipway_api::Name;
use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_identity::organizations::Organization;
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::require_own;
use crate::permissions::{STATE_READ, WORKSPACE_LOCK, WORKSPACE_READ};
use crate::runs;
use crate::states::service::{bytes_of, current, record_reading};
use crate::workspaces::service::{event, load, load_named};
use crate::workspaces::{Lock, Workspace, store};

/// The state of a workspace, as it was when it was read.
#[derive(Debug, Clone)]
pub struct Predecessor {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: Name,
    /// Which of its states this is.
    pub version: StateVersionId,
    /// The bytes.
    pub bytes: Bytes,
}

/// Reads the state of a workspace that somebody wants to take over. The reading is recorded.
///
/// # Errors
///
/// `NotFound`; `Forbidden` for who may not read its state, or not lock it; `Conflict` when it is managed by another, or has no
/// state; `WorkspaceLocked`.
pub async fn read(ctx: &Ctx, organization: &Organization, name: &Name) -> Result<Predecessor> {
    let workspace = load_named(ctx, organization, name, STATE_READ).await?;
    ctx.authorize(WORKSPACE_LOCK, &workspace.target()).await?;
    require_own(ctx, &workspace).await?;
    require_idle(&workspace, &runs::store::active(ctx.db.reader(), workspace.id).await?)?;
    let Some(version) = current(ctx, &workspace).await? else {
        return Err(Error::conflict(format!(
            "The workspace {name} has no state: there is nothing to bring in."
        )));
    };
    record_reading(ctx, &workspace, &version).await?;
    Ok(Predecessor {
        workspace: workspace.id,
        name: workspace.name,
        version: version.id,
        bytes: bytes_of(ctx, &version).await?,
    })
}

fn require_idle(workspace: &Workspace, active: &[runs::Run]) -> Result<()> {
    if let Some(lock) = &workspace.lock {
        return Err(lock.refusal());
    }
    match active.first() {
        Some(run) => Err(Error::conflict(format!(
            "The run {} of the workspace {} is not over. Wait for it, or cancel it.",
            run.id, workspace.name
        ))
        .with_meta("run", run.id.to_string())),
        None => Ok(()),
    }
}

/// Locks the workspace for whoever takes over, whose id and name these are.
///
/// # Errors
///
/// `Conflict` when a run began or the state is another since it was read; `WorkspaceLocked`.
pub async fn lock(
    tx: &mut Tx,
    ctx: &Ctx,
    read: &Predecessor,
    (successor, name): (String, String),
    reason: &str,
) -> Result<()> {
    let mut workspace = store::hold(tx, read.workspace).await?;
    require_idle(&workspace, &runs::store::active(&**tx, workspace.id).await?)?;
    if workspace.current_state_version_id != Some(read.version) {
        return Err(Error::conflict(format!(
            "The workspace {} has another state since it was read. Try it again.",
            workspace.name
        )));
    }
    workspace.take_lock(Lock::by_successor(successor, name, reason, ctx.now()))?;
    store::update(tx, &mut workspace).await?;
    let told = event("workspace.locked", &workspace, json!({"reason": reason}));
    events::record(tx, ctx, told).await
}

/// Says why the workspace stays locked now that its successor manages for good what it took over, if it is still locked for
/// that one. `gave_all`: nothing of what its state lists is left to it, so that nothing keeps it from being deleted.
///
/// # Errors
///
/// Those of the database.
pub async fn settle(
    tx: &mut Tx,
    ctx: &Ctx,
    id: WorkspaceId,
    successor: &str,
    (reason, gave_all): (&str, bool),
) -> Result<()> {
    if store::find(&**tx, id).await?.is_none() {
        return Ok(());
    }
    let mut workspace = store::hold(tx, id).await?;
    let Some(lock) = workspace.lock.take_if(|lock| lock.is_of_successor(successor)) else {
        return Ok(());
    };
    workspace.lock = Some(lock.settled(reason, gave_all));
    store::update(tx, &mut workspace).await?;
    let told = event("workspace.locked", &workspace, json!({"reason": reason}));
    events::record(tx, ctx, told).await
}

/// Why a workspace that the caller may see is locked for this successor; none when it is not, any more.
///
/// # Errors
///
/// `NotFound`; `Forbidden`.
pub async fn seen(ctx: &Ctx, id: WorkspaceId, successor: &str) -> Result<(Name, Option<String>)> {
    let workspace = load(ctx, id, WORKSPACE_READ).await?;
    let lock = workspace.lock.filter(|lock| lock.is_of_successor(successor));
    Ok((workspace.name, lock.map(|lock| lock.reason)))
}

/// Gives the workspace back, if it is still locked for this one: the next run that waits for it gets it.
///
/// # Errors
///
/// Those of the database.
pub async fn release(tx: &mut Tx, ctx: &Ctx, id: WorkspaceId, successor: &str) -> Result<()> {
    if store::find(&**tx, id).await?.is_none() {
        return Ok(());
    }
    let mut workspace = store::hold(tx, id).await?;
    if !workspace
        .lock
        .as_ref()
        .is_some_and(|lock| lock.is_of_successor(successor))
    {
        return Ok(());
    }
    workspace.lock = None;
    store::update(tx, &mut workspace).await?;
    events::record(tx, ctx, event("workspace.unlocked", &workspace, json!({}))).await?;
    runs::service::turn::give(tx, ctx, &mut workspace).await
}
