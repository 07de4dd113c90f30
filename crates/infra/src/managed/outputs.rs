//! What managed workspaces put out, for whatever is made from it.

use std::time::Duration;

use slipway_api::Code;
use slipway_api::ids::{RunId, StateVersionId, WorkspaceId};
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::plan::{PlannedOutput, planned_outputs};
use slipway_tofu::state::OutputSummary;

use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runs::store as runs;
use crate::states::examine::examine;
use crate::states::service::{bytes_of, current};
use crate::workspaces::store as workspaces;

/// A runner that made a plan brings its JSON form within this time, or not at all.
const ON_ITS_WAY: Duration = Duration::from_secs(120);

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

/// The outputs that a run's workspace would have if its plan were applied: for a manager that never applies it. Nothing is
/// recorded, as above.
///
/// # Errors
///
/// `Unavailable` while the plan's JSON form is on its way; `NotFound` when it did not come, was removed, or is none.
pub async fn of_plan(ctx: &Ctx, run: RunId) -> Result<Vec<PlannedOutput>> {
    let run = runs::get(ctx.db.reader(), run).await?;
    let plan = phases::of_run(ctx.db.reader(), run.id, PhaseKind::Plan).await?;
    let Some(address) = &plan.plan_json_address else {
        return Err(match ctx.now() < run.status_since().after(ON_ITS_WAY) {
            true => Error::unavailable(format!("The values of run {}'s plan are on their way.", run.id)),
            false => Error::new(
                Code::NotFound,
                format!(
                    "The values of run {}'s plan are not there: its runner stopped before it sent them, or they were removed \
                     since. Try it again.",
                    run.id
                ),
            ),
        });
    };
    let bytes = ctx.blobs.get(ctx, plan.organization_id, address).await?;
    let read = tokio::task::spawn_blocking(move || planned_outputs(&bytes));
    let read = read.await.map_err(Error::internal)?;
    read.map_err(|error| {
        Error::new(
            Code::NotFound,
            format!("The plan of run {} cannot be read: {error}.", run.id),
        )
    })
}
