//! The files that managed workspaces run: snapshots that the manager keeps and gives to many workspaces.

use bytes::Bytes;
use slipway_api::ids::{ConfigurationVersionId, OrganizationId, WorkspaceId};
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::blobs::store::refer;
use slipway_kernel::{Ctx, Result, Tx};

use crate::configuration_versions::model::{Archive, ConfigurationVersion, Status};
use crate::configuration_versions::{service, store};

/// Files that were checked and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// SHA-256 of the archive, in hexadecimal.
    pub digest: String,
    /// Where it lies.
    pub blob: BlobAddress,
    /// Its size.
    pub size_bytes: i64,
}

/// Checks and stores an archive of files, as an upload is checked. The inner error is why it is not acceptable. Whoever
/// keeps the snapshot refers to its blob.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub async fn store_snapshot(
    ctx: &Ctx,
    organization: OrganizationId,
    archive: Bytes,
) -> Result<Result<Snapshot, String>> {
    Ok(service::stored(ctx, organization, Ok(archive))
        .await?
        .map(|archive| Snapshot {
            digest: archive.digest,
            blob: archive.blob,
            size_bytes: archive.size_bytes,
        }))
}

/// Gives a snapshot to a workspace, as a configuration version. Nothing is copied.
///
/// # Errors
///
/// Those of the database.
pub async fn give(
    tx: &mut Tx,
    ctx: &Ctx,
    (organization, workspace): (OrganizationId, WorkspaceId),
    snapshot: &Snapshot,
) -> Result<ConfigurationVersionId> {
    let version = ConfigurationVersion {
        id: ctx.new_id()?,
        organization_id: organization,
        workspace_id: workspace,
        status: Status::Pending,
        source: "catalog".to_owned(),
        speculative: false,
        auto_queue_runs: false,
        error_message: None,
        digest: None,
        blob: None,
        size_bytes: None,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
        uploaded_at: None,
    };
    let archive = Archive {
        digest: snapshot.digest.clone(),
        blob: snapshot.blob.clone(),
        size_bytes: snapshot.size_bytes,
    };
    let version = version.uploaded(archive, ctx.now())?;
    store::insert(tx, &version).await?;
    refer(tx, ctx, organization, &snapshot.blob, &version.owner()).await?;
    Ok(version.id)
}
