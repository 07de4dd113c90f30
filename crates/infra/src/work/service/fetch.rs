//! The bytes that a runner fetches for its item: configuration, state, plan.

use bytes::Bytes;
use slipway_api::ids::WorkItemId;
use slipway_kernel::{Ctx, Error, Result};

use super::access;
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::store as runs;
use crate::workspaces::store as workspaces;
use crate::{configuration_versions, states};

/// The configuration's archive.
///
/// # Errors
///
/// Those of the caller's access and of the object store.
pub async fn configuration(ctx: &Ctx, id: WorkItemId) -> Result<Bytes> {
    let run = runs::get(ctx.db.reader(), phase(ctx, id).await?.run_id).await?;
    let configuration = configuration_versions::store::get(ctx.db.reader(), run.configuration_version_id).await?;
    configuration_versions::service::archive_of(ctx, &configuration).await
}

/// The workspace's current state.
///
/// # Errors
///
/// `NotFound` when there is none; those of the caller's access and of the object store.
pub async fn state(ctx: &Ctx, id: WorkItemId) -> Result<Bytes> {
    let run = runs::get(ctx.db.reader(), phase(ctx, id).await?.run_id).await?;
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    let current = states::service::current_bytes(ctx, &workspace).await?;
    current.ok_or_else(|| Error::not_found("state of workspace", &workspace.name))
}

/// The bundle of the plan that is to be applied.
///
/// # Errors
///
/// `NotFound` when there is none; those of the caller's access and of the object store.
pub async fn plan(ctx: &Ctx, id: WorkItemId) -> Result<Bytes> {
    let phase = phase(ctx, id).await?;
    let plan = phases::of_run(ctx.db.reader(), phase.run_id, PhaseKind::Plan).await?;
    let address = plan
        .bundle_address
        .ok_or_else(|| Error::not_found("plan of run", phase.run_id))?;
    ctx.blobs.get(ctx, phase.organization_id, &address).await
}

async fn phase(ctx: &Ctx, id: WorkItemId) -> Result<Phase> {
    let item = access::held(ctx, id).await?;
    phases::of_item(ctx.db.reader(), item.id).await
}
