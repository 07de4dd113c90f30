//! What an executor puts out: the outputs of its state as it is now, never a secret unless that was asked for.

use serde_json::json;
use slipway_api::ids::ExecutorId;
use slipway_infra::permissions::{STATE_READ, WORKSPACE_READ};
use slipway_infra::states::service::{self as states, Output};
use slipway_infra::workspaces;
use slipway_kernel::{Ctx, Result};

use super::{service, writing};
use crate::permissions::EXECUTOR_READ;

/// The outputs, those of secrets without a value unless they are to be revealed, which is recorded.
///
/// # Errors
///
/// `Forbidden` without the permission to see the outputs of the workspace's states, and, to reveal secrets, without the one to
/// read these states.
pub(crate) async fn list(ctx: &Ctx, id: ExecutorId, reveals: bool) -> Result<Vec<Output>> {
    let executor = service::load(ctx, id, EXECUTOR_READ).await?;
    let workspace = workspaces::load(ctx, executor.workspace_id, WORKSPACE_READ).await?;
    if reveals {
        ctx.authorize(STATE_READ, &workspace.target()).await?;
    }
    let Some(version) = states::current(ctx, &workspace).await? else {
        return Ok(Vec::new());
    };
    if !reveals {
        return states::outputs_without_secrets(ctx, &workspace, &version).await;
    }
    // The event of the executor beside the one of the state: who looks at either finds it.
    let mut tx = ctx.begin().await?;
    let changes = json!({"state-version": version.id});
    writing::record(&mut tx, ctx, &executor, "executor.outputs-revealed", changes).await?;
    tx.commit().await?;
    states::outputs(ctx, &workspace, &version).await
}
