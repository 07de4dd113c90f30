//! The story of states: accept one, read one, keep what came too late.

mod accept;
mod evidence;
mod read;
mod rollback;

use slipway_api::ids::WorkspaceId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;

pub use accept::{accept, accept_from_run, clear, upload};
pub(crate) use accept::{make_current, output_rows};
pub use evidence::{evidence_bytes, keep_as_evidence, list_evidence};
pub(crate) use read::record_reading;
pub use read::{
    Output, bytes_of, current, current_bytes, current_bytes_of_run, diff, download, json_form, list, load, output,
    outputs, outputs_without_secrets, reference,
};
pub use rollback::rollback;

/// Removes everything of a workspace that goes, in the transaction that removes it.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_workspace(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    super::store::remove_of_workspace(tx, workspace).await
}
