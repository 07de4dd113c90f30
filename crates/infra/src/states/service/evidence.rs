//! States that a run produced and that cannot become the workspace's: kept, shown, never made current.

use bytes::Bytes;
use serde_json::json;
use slipway_api::ids::{RunId, StateVersionId, WorkspaceId};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result, blobs};
use slipway_tofu::digest::sha256_hex;

use crate::permissions::STATE_READ;
use crate::states::model::evidence;
use crate::states::store;
use crate::workspaces::{self, Workspace};

/// The most states that are kept of one run. An engine saves its state every few seconds, so that no run comes near it.
const MOST: u64 = 1_000;
/// The most bytes that are kept of one run.
const MOST_BYTES: u64 = 16 << 30;

/// Keeps bytes that a run brought as a state, whatever they are. The same bytes again are a success.
///
/// A run whose token went astray must not fill the store. What is refused is not gone: its runner leaves it on its disk.
///
/// # Errors
///
/// `TooLarge` when the run has `MOST` or `MOST_BYTES` already; those of the database and the object store.
pub async fn keep_as_evidence(
    ctx: &Ctx,
    workspace: &Workspace,
    run_id: RunId,
    reason: &str,
    bytes: Bytes,
) -> Result<evidence::Model> {
    let content = bytes.clone();
    let sha256 = tokio::task::spawn_blocking(move || sha256_hex(&content))
        .await
        .map_err(Error::internal)?;
    if let Some(kept) = store::find_evidence(ctx.db.reader(), run_id, &sha256).await? {
        return Ok(kept);
    }
    let (count, kept_bytes) = store::count_evidence(ctx.db.reader(), run_id).await?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if count >= MOST || kept_bytes.saturating_add(length) > MOST_BYTES {
        return Err(Error::new(
            slipway_api::Code::TooLarge,
            format!(
                "{count} states with {kept_bytes} bytes are kept of this run, and no more is. This one stays on the runner's \
                 disk."
            ),
        ));
    }
    let size_bytes = i64::try_from(bytes.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, workspace.organization_id, bytes).await?;
    let kept = evidence::Model {
        id: ctx.new_id()?,
        organization_id: workspace.organization_id,
        workspace_id: workspace.id,
        run_id,
        sha256,
        size_bytes,
        blob,
        reason: reason.to_owned(),
        created_at: ctx.now(),
    };
    let mut tx = ctx.begin().await?;
    if let Some(kept) = store::find_evidence(&*tx, run_id, &kept.sha256).await? {
        return Ok(kept);
    }
    blobs::refer(&tx, ctx, kept.organization_id, &kept.blob, &kept.owner()).await?;
    store::insert_evidence(&tx, &kept).await?;
    let event = NewEvent {
        action: "state-version.kept",
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "state-version",
        object_id: kept.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: Some(workspace.id.to_string()),
        changes: json!({"run": run_id, "reason": reason, "size-bytes": size_bytes}),
    };
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    tracing::warn!(run.id = %run_id, workspace.id = %workspace.id, reason, "a state was kept as evidence");
    Ok(kept)
}

/// The kept states of a workspace, newest first; of one run only, if it is given.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list_evidence(ctx: &Ctx, workspace: WorkspaceId, run: Option<RunId>) -> Result<Vec<evidence::Model>> {
    let workspace = workspaces::load(ctx, workspace, STATE_READ).await?;
    store::list_evidence(ctx.db.reader(), workspace.id, run).await
}

/// The bytes of a kept state. The reading is recorded: a state is full of secrets.
///
/// # Errors
///
/// What the caller may not see.
pub async fn evidence_bytes(ctx: &Ctx, workspace: WorkspaceId, id: StateVersionId) -> Result<Bytes> {
    let workspace = workspaces::load(ctx, workspace, STATE_READ).await?;
    let kept = store::get_evidence(ctx.db.reader(), id).await?;
    if kept.workspace_id != workspace.id {
        return Err(Error::not_found("kept state", id));
    }
    let mut tx = ctx.begin().await?;
    let event = workspaces::service::event("state-version.downloaded", &workspace, json!({"kept": id}));
    events::record(&mut tx, ctx, event).await?;
    tx.commit().await?;
    ctx.blobs.get(ctx, kept.organization_id, &kept.blob).await
}
