//! What the state of a managed workspace has at its top: what has to be told that it moved, when the code is called by other
//! code.

use std::collections::BTreeSet;

use slipway_api::ids::WorkspaceId;
use slipway_kernel::{Ctx, Result};
use slipway_tofu::interface::top;

use crate::states::service::current;
use crate::states::store;
use crate::workspaces::store as workspaces;

/// Addresses of the resources (`random_pet.name`) and calls of modules (`module.network`) at the top of a workspace's newest
/// state, sorted. None before there is a state, and of one that its configuration encrypts.
///
/// # Errors
///
/// `NotFound` when the workspace is gone.
pub async fn of_workspace(ctx: &Ctx, workspace: WorkspaceId) -> Result<Vec<String>> {
    let workspace = workspaces::get(ctx.db.reader(), workspace).await?;
    let Some(version) = current(ctx, &workspace).await? else {
        return Ok(Vec::new());
    };
    let resources = store::resources(ctx.db.reader(), version.id).await?;
    let roots: BTreeSet<&str> = resources.iter().filter_map(|one| top(&one.address)).collect();
    Ok(roots.into_iter().map(str::to_owned).collect())
}
