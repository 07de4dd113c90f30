//! What people do with configuration versions.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use slipway_api::configuration_versions::NewConfigurationVersion;
use slipway_api::ids::{ConfigurationVersionId, OrganizationId, WorkspaceId};
use slipway_api::vcs::IngressAttributes;
use slipway_connections::repositories;
use slipway_kernel::blobs;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::text;
use slipway_kernel::{Actor, Ctx, Error, Result};
use slipway_tofu::archive::{ArchiveError, Limits, inspect};
use slipway_tofu::digest::sha256_hex;

use super::model::{Archive, ConfigurationVersion, Status};
use super::store;
use crate::managed;
use crate::permissions::{RUN_PLAN, RUN_READ};
use crate::sources::commit::Commit;
use crate::sources::store as sources;
use crate::workspaces::{self, Workspace};
use slipway_kernel::http::too_large;

/// A configuration version with its workspace, if the caller may do `permission` to the workspace.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(
    ctx: &Ctx,
    id: ConfigurationVersionId,
    permission: Permission,
) -> Result<(ConfigurationVersion, Workspace)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let version = store::get(ctx.db.reader(), id).await?;
    let workspace = workspaces::store::get(ctx.db.reader(), version.workspace_id).await?;
    let mut target = workspace.target_as(id.to_string());
    target.kind = "configuration version";
    ctx.authorize(permission, &target).await?;
    Ok((version, workspace))
}

/// The commit that a configuration version is made of.
///
/// # Errors
///
/// What the caller may not see; `NotFound` for one that was uploaded.
pub async fn ingress_attributes(ctx: &Ctx, id: ConfigurationVersionId) -> Result<IngressAttributes> {
    load(ctx, id, RUN_READ).await?;
    let commit = sources::commit_of(ctx.db.reader(), id).await?;
    let commit = commit.ok_or_else(|| Error::not_found("commit of the configuration version", id))?;
    let repository = repositories::service::get(ctx, commit.repository_id).await.ok();
    Ok(commit.ingress_attributes(repository.as_ref()))
}

/// A page of a workspace's configuration versions, newest first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, workspace: WorkspaceId, page: &Page) -> Result<Listed<ConfigurationVersion>> {
    let workspace = workspaces::load(ctx, workspace, RUN_READ).await?;
    store::list(ctx.db.reader(), workspace.id, page).await
}

/// Makes a configuration version that waits for its files.
///
/// # Errors
///
/// What the caller may not do.
pub async fn create(
    ctx: &Ctx,
    workspace: WorkspaceId,
    wanted: &NewConfigurationVersion,
) -> Result<ConfigurationVersion> {
    let workspace = workspaces::load(ctx, workspace, RUN_PLAN).await?;
    managed::require_own(ctx, &workspace).await?;
    let version = ConfigurationVersion {
        id: ctx.new_id()?,
        organization_id: workspace.organization_id,
        workspace_id: workspace.id,
        status: Status::Pending,
        source: "tfe-api".to_owned(),
        speculative: wanted.speculative,
        auto_queue_runs: wanted.auto_queue_runs.unwrap_or(true),
        error_message: None,
        digest: None,
        blob: None,
        size_bytes: None,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
        uploaded_at: None,
    };
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &version).await?;
    let changes = json!({"speculative": version.speculative, "auto-queue-runs": version.auto_queue_runs});
    record(
        &mut tx,
        ctx,
        &workspace,
        &version,
        "configuration-version.created",
        changes,
    )
    .await?;
    tx.commit().await?;
    Ok(version)
}

/// Takes the files of a configuration version: checks every entry, stores them, and starts the run that was wished with
/// them. The same files again are a success.
///
/// # Errors
///
/// `Invalid` for what is no harmless archive, with the entry named: the version is errored then; `TooLarge`; `Conflict`
/// when it has other files.
pub async fn upload(ctx: &Ctx, id: ConfigurationVersionId, content: Bytes) -> Result<ConfigurationVersion> {
    let (version, workspace) = load(ctx, id, RUN_PLAN).await?;
    let limit = ctx.settings.limits.configuration_bytes;
    if content.len() > limit {
        return Err(too_large(limit, "The archive", "limits.configuration-bytes"));
    }
    let (digest, inspected) = examine(ctx, content.clone()).await?;
    version.require_accepting(&digest)?;
    if let Err(reason) = inspected {
        refuse(ctx, &workspace, version, &reason).await?;
        return Err(Error::new(slipway_api::Code::Invalid, reason));
    }
    let size_bytes = i64::try_from(content.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, version.organization_id, content).await?;
    let archive = Archive {
        digest,
        blob,
        size_bytes,
    };
    let uploaded = keep(ctx, &workspace, id, archive).await?;
    // Also when the files were here already: the upload before may have been cut off between the two.
    crate::runs::service::configuration_uploaded(ctx, &uploaded).await?;
    Ok(uploaded)
}

/// The digest of an archive, and why it is not acceptable, if it is not.
async fn examine(ctx: &Ctx, content: Bytes) -> Result<(String, Result<(), String>)> {
    let limits = Limits {
        total_bytes: ctx.settings.limits.configuration_unpacked_bytes,
        ..Limits::default()
    };
    let work = move || {
        let inspected = inspect(&content[..], &limits)
            .map(|_| ())
            .map_err(|error| sentence(&error));
        (sha256_hex(&content), inspected)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// The refusal with its cause, as a sentence with what to do.
fn sentence(error: &ArchiveError) -> String {
    let cause = match error {
        ArchiveError::Damaged(cause) => format!(" ({cause})"),
        _ => String::new(),
    };
    let reason = text::sentence(&format!("{error}{cause}"));
    format!("{reason} Pack the configuration anew without it, and create another version.")
}

/// Stores what was uploaded; says whether it is the first time.
async fn keep(
    ctx: &Ctx,
    workspace: &Workspace,
    id: ConfigurationVersionId,
    archive: Archive,
) -> Result<ConfigurationVersion> {
    let mut tx = ctx.begin().await?;
    let fresh = store::get(&*tx, id).await?;
    if fresh.status == Status::Uploaded {
        fresh.require_accepting(&archive.digest)?;
        return Ok(fresh);
    }
    let before = fresh.status;
    let uploaded = fresh.uploaded(archive, ctx.now())?;
    if !store::update(&tx, before, &uploaded).await? {
        return Err(workspaces::service::changed_meanwhile());
    }
    if let Some(address) = &uploaded.blob {
        blobs::refer(&tx, ctx, uploaded.organization_id, address, &uploaded.owner()).await?;
    }
    let changes = json!({"digest": uploaded.digest, "size-bytes": uploaded.size_bytes});
    record(
        &mut tx,
        ctx,
        workspace,
        &uploaded,
        "configuration-version.uploaded",
        changes,
    )
    .await?;
    tx.commit().await?;
    Ok(uploaded)
}

async fn refuse(ctx: &Ctx, workspace: &Workspace, version: ConfigurationVersion, reason: &str) -> Result<()> {
    let before = version.status;
    if before != Status::Pending {
        return Ok(());
    }
    let refused = version.refused(reason);
    let mut tx = ctx.begin().await?;
    if store::update(&tx, before, &refused).await? {
        let changes = json!({"reason": reason});
        record(
            &mut tx,
            ctx,
            workspace,
            &refused,
            "configuration-version.refused",
            changes,
        )
        .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The archive of a configuration version.
///
/// # Errors
///
/// What the caller may not see; `Conflict` when the files are not here.
pub async fn download(ctx: &Ctx, id: ConfigurationVersionId) -> Result<Bytes> {
    let (version, _) = load(ctx, id, RUN_READ).await?;
    archive_of(ctx, &version).await
}

/// The archive of a configuration version that the caller was allowed to have: a run's runner, by its token.
///
/// # Errors
///
/// `Conflict` when the files are not here.
pub async fn archive_of(ctx: &Ctx, version: &ConfigurationVersion) -> Result<Bytes> {
    let missing = || {
        Error::conflict(match version.status {
            Status::Archived => "The files of the configuration version were removed by retention.",
            _ => "The configuration version has no files; upload them first.",
        })
    };
    let address = version.blob.as_ref().ok_or_else(missing)?;
    ctx.blobs.get(ctx, version.organization_id, address).await
}

/// Removes the files of configuration versions that are older than the setting says and that nothing uses: not the
/// newest of their workspace, and no unfinished run's. Says how many.
///
/// # Errors
///
/// Those of the database.
pub async fn archive_old(ctx: &Ctx) -> Result<u64> {
    let days = ctx.settings.retention.configuration_days;
    if days == 0 {
        return Ok(0);
    }
    let moment = ctx.now().before(Duration::from_secs(u64::from(days) * 24 * 3_600));
    let (mut archived, mut after) = (0, None);
    loop {
        let old = store::uploaded_before(ctx.db.reader(), moment, after, 100).await?;
        let Some(last) = old.last() else { return Ok(archived) };
        after = Some(last.id);
        for version in old {
            if !is_used(ctx, &version).await? {
                archived += u64::from(archive(ctx, version).await?);
            }
        }
    }
}

async fn is_used(ctx: &Ctx, version: &ConfigurationVersion) -> Result<bool> {
    let newest = store::latest_uploaded(ctx.db.reader(), version.workspace_id).await?;
    if newest.is_some_and(|newest| newest.id == version.id) {
        return Ok(true);
    }
    let active = crate::runs::store::active(ctx.db.reader(), version.workspace_id).await?;
    Ok(active.iter().any(|run| run.configuration_version_id == version.id))
}

async fn archive(ctx: &Ctx, version: ConfigurationVersion) -> Result<bool> {
    let mut tx = ctx.begin().await?;
    let owner = version.owner();
    let workspace = workspaces::store::get(&*tx, version.workspace_id).await?;
    let archived = version.archived();
    if !store::update(&tx, Status::Uploaded, &archived).await? {
        return Ok(false);
    }
    blobs::release(&tx, &owner).await?;
    record(
        &mut tx,
        ctx,
        &workspace,
        &archived,
        "configuration-version.archived",
        json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Removes everything of a workspace that goes, in the transaction that removes it.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_workspace(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    for version in store::of_workspace(&**tx, workspace).await? {
        blobs::release(tx, &version.owner()).await?;
    }
    store::remove_of_workspace(tx, workspace).await
}

/// A configuration that was made of a commit.
pub(crate) struct OfCommit {
    /// The version's id to be.
    pub id: ConfigurationVersionId,
    /// The commit.
    pub commit: Commit,
    /// Where the files came from.
    pub source: &'static str,
    /// Whether it can only be planned.
    pub speculative: bool,
    /// The files, or why there are none.
    pub content: Result<Bytes, String>,
}

/// Takes the files of a commit: every entry is checked, as of an upload. What is no acceptable configuration becomes a
/// version that says so.
///
/// # Errors
///
/// Those of the blobs and of the database.
pub(crate) async fn keep_of_commit(ctx: &Ctx, workspace: &Workspace, made: OfCommit) -> Result<ConfigurationVersion> {
    let version = ConfigurationVersion {
        id: made.id,
        organization_id: workspace.organization_id,
        workspace_id: workspace.id,
        status: Status::Pending,
        source: made.source.to_owned(),
        speculative: made.speculative,
        auto_queue_runs: false,
        error_message: None,
        digest: None,
        blob: None,
        size_bytes: None,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
        uploaded_at: None,
    };
    let (version, action) = match stored(ctx, workspace.organization_id, made.content).await? {
        Ok(archive) => (version.uploaded(archive, ctx.now())?, "configuration-version.uploaded"),
        Err(reason) => (version.refused(&reason), "configuration-version.refused"),
    };
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &version).await?;
    if let Some(address) = &version.blob {
        blobs::refer(&tx, ctx, version.organization_id, address, &version.owner()).await?;
    }
    sources::add_commit(&tx, &made.commit).await?;
    if made.commit.pull_request_number.is_none() {
        sources::note_commit(&tx, workspace.id, &made.commit.commit_sha).await?;
    }
    let changes = json!({
        "commit": made.commit.commit_sha,
        "digest": version.digest,
        "size-bytes": version.size_bytes,
        "reason": version.error_message,
    });
    record(&mut tx, ctx, workspace, &version, action, changes).await?;
    tx.commit().await?;
    Ok(version)
}

/// Checks and stores the files of a commit; the inner error is why they are not acceptable.
pub(crate) async fn stored(
    ctx: &Ctx,
    organization: OrganizationId,
    content: Result<Bytes, String>,
) -> Result<Result<Archive, String>> {
    let content = match content {
        Ok(content) => content,
        Err(reason) => return Ok(Err(reason)),
    };
    let limit = ctx.settings.limits.configuration_bytes;
    if content.len() > limit {
        let refusal = too_large(limit, "The archive of the commit", "limits.configuration-bytes");
        return Ok(Err(refusal.detail().to_owned()));
    }
    let (digest, inspected) = examine(ctx, content.clone()).await?;
    if let Err(reason) = inspected {
        return Ok(Err(reason));
    }
    let size_bytes = i64::try_from(content.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, organization, content).await?;
    Ok(Ok(Archive {
        digest,
        blob,
        size_bytes,
    }))
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: &Workspace,
    version: &ConfigurationVersion,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "configuration-version",
        object_id: version.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: Some(workspace.id.to_string()),
        changes,
    };
    events::record(tx, ctx, event).await
}
