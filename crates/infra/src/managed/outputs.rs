//! What managed workspaces put out, for whatever is made from it.

use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::state::OutputSummary;

use crate::states::examine::examine;
use crate::states::service::{bytes_of, current};
use crate::workspaces::store as workspaces;

/// The root outputs of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// The state.
    pub state_version: StateVersionId,
    /// Its serial, which grows with every change.
    pub serial: u64,
    /// Every output with its whole type and its value, those of secrets too: whoever keeps them seals them.
    pub outputs: Vec<OutputSummary>,
}

/// The outputs of a workspace's newest state; none before there is one. Nothing is recorded: the manager says what its
/// people see of them.
///
/// # Errors
///
/// `NotFound` when the workspace is gone; `Conflict` when its configuration encrypts the state.
pub async fn of_workspace(ctx: &Ctx, workspace: WorkspaceId) -> Result<Option<Outputs>> {
    let workspace = workspaces::get(ctx.db.reader(), workspace).await?;
    let Some(version) = current(ctx, &workspace).await? else {
        return Ok(None);
    };
    let bytes = bytes_of(ctx, &version).await?;
    let examined = tokio::task::spawn_blocking(move || examine(&bytes));
    let examined = examined.await.map_err(Error::internal)??;
    if examined.encrypted {
        return Err(Error::conflict(format!(
            "The state of workspace {} is encrypted by its configuration, so that nothing can be said about its outputs.",
            workspace.name
        )));
    }
    Ok(Some(Outputs {
        state_version: version.id,
        serial: examined.serial,
        outputs: examined.outputs,
    }))
}
