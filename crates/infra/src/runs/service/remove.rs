//! Removing the runs of a workspace that goes.

use slipway_api::ids::WorkspaceId;
use slipway_kernel::blobs::store::release;
use slipway_kernel::{Result, Tx, logs};

use crate::phases::store as phases;

/// Gives back what the phases of a workspace's runs hold: logs and blobs. The rows go with the workspace.
pub(crate) async fn remove_of_workspace(tx: &Tx, id: WorkspaceId) -> Result<()> {
    for phase in phases::of_workspace(&**tx, id).await? {
        release(tx, &phase.owner()).await?;
        if !phase.logs_removed {
            logs::remove(tx, phase.log_id).await?;
            logs::remove(tx, phase.events_log_id).await?;
        }
    }
    Ok(())
}
