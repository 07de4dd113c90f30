//! Going back to an earlier state: by a new version with its content.

use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_kernel::{Ctx, Error, Result};

use super::accept::accept;
use super::read::{bytes_of, current};
use crate::permissions::STATE_WRITE;
use crate::states::decide::Source;
use crate::states::examine::renumbered;
use crate::states::model::StateVersion;
use crate::states::store;
use crate::workspaces;

/// Makes a new version with the content of an earlier one and the serial after the current one's. Nothing outside
/// changes: the next plan shows how the real resources differ.
///
/// # Errors
///
/// `NotFound` for a version of another workspace; `Conflict` for an encrypted state, or when it is the current one;
/// `WorkspaceLocked` when somebody else has the lock.
pub async fn rollback(ctx: &Ctx, workspace: WorkspaceId, to: StateVersionId) -> Result<StateVersion> {
    let workspace = workspaces::load(ctx, workspace, STATE_WRITE).await?;
    let missing = || Error::not_found("state version", to);
    let target = store::find(ctx.db.reader(), to).await?.ok_or_else(missing)?;
    if target.workspace_id != workspace.id {
        return Err(missing());
    }
    let current = current(ctx, &workspace).await?;
    if current.as_ref().is_some_and(|current| current.id == target.id) {
        return Err(Error::conflict(
            "This is the current state already; there is nothing to go back to.",
        ));
    }
    let (serial, lineage) = match &current {
        Some(current) => (current.serial() + 1, current.lineage.clone()),
        None => (target.serial() + 1, target.lineage.clone()),
    };
    let bytes = bytes_of(ctx, &target).await?;
    let work = move || renumbered(&bytes, serial, &lineage);
    let renumbered = tokio::task::spawn_blocking(work).await.map_err(Error::internal)??;
    accept(ctx, &workspace, renumbered.into(), Source::Rollback).await
}
