//! Accepting a state: compare-and-swap on serial and lineage, under the workspace's lock.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::states::{NewStateVersion, StateResource};
use slipway_kernel::blobs::{self, BlobAddress};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::evidence::keep_as_evidence;
use crate::permissions::STATE_WRITE;
use crate::states::decide::{Decision, Identity, Source, decide, require_lock};
use crate::states::examine::{Examined, examine, md5_hex};
use crate::states::model::{StateVersion, output};
use crate::states::store;
use crate::workspaces::{self, Workspace};
use slipway_kernel::http::too_large;

/// Makes a state the workspace's current one. The caller has authorized it. The current state again is a success.
///
/// What a run brings and what cannot become current is kept as evidence, whatever it is.
///
/// # Errors
///
/// `Invalid` for what is no state, `TooLarge` (never for a run), `StateConflict` by serial and lineage,
/// `WorkspaceLocked` when somebody else has the lock.
pub async fn accept(ctx: &Ctx, workspace: &Workspace, bytes: Bytes, source: Source) -> Result<StateVersion> {
    let Source::Run { run_id, .. } = source else {
        let limit = ctx.settings.limits.state_bytes;
        if bytes.len() > limit {
            return Err(too_large(limit, "The state", "limits.state-bytes"));
        }
        return try_accept(ctx, workspace, bytes, &source).await;
    };
    match try_accept(ctx, workspace, bytes.clone(), &source).await {
        Err(error)
            if matches!(
                error.code(),
                Code::Invalid | Code::StateConflict | Code::WorkspaceLocked
            ) =>
        {
            keep_as_evidence(ctx, workspace, run_id, error.detail(), bytes).await?;
            let detail = format!(
                "{} The state is kept with the run, and was not made current.",
                error.detail()
            );
            Err(Error::new(error.code(), detail))
        }
        other => other,
    }
}

/// Makes a state that a run's runner brought in the middle of its apply the workspace's current one. The lease was
/// checked.
///
/// # Errors
///
/// As for [`accept`]; whatever cannot become current is kept as evidence.
pub async fn accept_from_run(ctx: &Ctx, workspace: &Workspace, run_id: RunId, bytes: Bytes) -> Result<StateVersion> {
    let source = Source::Run {
        run_id,
        intermediate: true,
    };
    accept(ctx, workspace, bytes, source).await
}

/// Takes a state in TFE's shape: base64 in a JSON body.
///
/// # Errors
///
/// As for [`accept`]; `Invalid` when the body contradicts itself.
pub async fn upload(ctx: &Ctx, workspace: WorkspaceId, wanted: NewStateVersion) -> Result<StateVersion> {
    let workspace = workspaces::load(ctx, workspace, STATE_WRITE).await?;
    let force = wanted.force;
    let bytes = tokio::task::spawn_blocking(move || checked(&wanted))
        .await
        .map_err(Error::internal)??;
    accept(ctx, &workspace, bytes, Source::User { force }).await
}

fn checked(wanted: &NewStateVersion) -> Result<Bytes> {
    let pointer = |field: &str| format!("/data/attributes/{field}");
    let bytes = STANDARD
        .decode(wanted.state.as_bytes())
        .map_err(|error| Error::invalid(&pointer("state"), format!("The state is not base64: {error}.")))?;
    let md5 = md5_hex(&bytes);
    if !wanted.md5.eq_ignore_ascii_case(&md5) {
        let detail = format!("The bytes have the MD5 {md5}: they were damaged on the way. Send them again.");
        return Err(Error::invalid(&pointer("md5"), detail));
    }
    let file = slipway_tofu::state::StateFile::parse(&bytes)
        .map_err(|error| Error::invalid(&pointer("state"), format!("This is no state: {error}.")))?;
    if file.serial() != wanted.serial {
        let detail = format!("The state has serial {}, not {}.", file.serial(), wanted.serial);
        return Err(Error::invalid(&pointer("serial"), detail));
    }
    match &wanted.lineage {
        Some(lineage) if !lineage.is_empty() && lineage != file.lineage() => {
            let detail = format!("The state has lineage \"{}\", not \"{lineage}\".", file.lineage());
            Err(Error::invalid(&pointer("lineage"), detail))
        }
        _ => Ok(bytes.into()),
    }
}

/// From this size on, a state is stored while it is examined: both take a good part of a second for 50 MB. One that is
/// then refused is a blob that nothing refers to, and is collected.
const LARGE_BYTES: usize = 1 << 20;

async fn try_accept(ctx: &Ctx, workspace: &Workspace, bytes: Bytes, source: &Source) -> Result<StateVersion> {
    let size_bytes = i64::try_from(bytes.len()).map_err(Error::internal)?;
    let content = bytes.clone();
    let examined = tokio::task::spawn_blocking(move || examine(&content));
    let may_write = require_lock(workspace, source, ctx.actor().id().as_deref()).is_ok();
    let store = || ctx.blobs.put(ctx, workspace.organization_id, bytes.clone());
    let (examined, stored) = if may_write && bytes.len() >= LARGE_BYTES {
        let (examined, stored) = tokio::join!(examined, store());
        (examined, Some(stored))
    } else {
        (examined.await, None)
    };
    let examined = examined.map_err(Error::internal)??;
    if let Source::Run { run_id, .. } = source
        && let Some(known) = store::of_run_with_digest(ctx.db.reader(), *run_id, &examined.sha256).await?
        && known.workspace_id == workspace.id
    {
        return Ok(known);
    }
    // A look before the upload: most refusals cost nothing. What counts is decided again under the transaction.
    let current = store::current_of(ctx.db.reader(), workspace).await?;
    if let Some(same) = decision(ctx, workspace, current, &examined, source)? {
        return Ok(same);
    }
    let blob = match stored {
        Some(stored) => stored?,
        None => store().await?,
    };
    let version = version(ctx, workspace, &examined, source, blob, size_bytes)?;
    let outputs = output_rows(ctx, &version, &examined).await?;
    swap(ctx, version, examined, outputs, source).await
}

/// Whether the state may become current after `current`: none if so, the current one if it is the same.
fn decision(
    ctx: &Ctx,
    workspace: &Workspace,
    current: Option<StateVersion>,
    examined: &Examined,
    source: &Source,
) -> Result<Option<StateVersion>> {
    let incoming = Identity {
        serial: examined.serial,
        lineage: &examined.lineage,
        sha256: &examined.sha256,
    };
    require_lock(workspace, source, ctx.actor().id().as_deref())?;
    match decide(current.as_ref(), incoming, source.is_forced())? {
        Decision::Same => Ok(current),
        Decision::Accept => Ok(None),
    }
}

/// The swap itself: decided on what is true under the transaction.
async fn swap(
    ctx: &Ctx,
    version: StateVersion,
    examined: Examined,
    outputs: Vec<output::Model>,
    source: &Source,
) -> Result<StateVersion> {
    let mut tx = ctx.begin().await?;
    let mut workspace = workspaces::store::hold(&tx, version.workspace_id).await?;
    let current = store::current_of(&*tx, &workspace).await?;
    if let Some(same) = decision(ctx, &workspace, current, &examined, source)? {
        return Ok(same);
    }
    let contents = (examined.resources, outputs);
    make_current(&mut tx, ctx, &mut workspace, (&version, contents), source.as_str()).await?;
    tx.commit().await?;
    Ok(version)
}

/// Writes a version as the workspace's current one, with its resources and outputs, where it was decided that it may be that;
/// `source` is the word in the event.
pub(crate) async fn make_current(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: &mut Workspace,
    (version, (resources, outputs)): (&StateVersion, (Vec<StateResource>, Vec<output::Model>)),
    source: &str,
) -> Result<()> {
    blobs::refer(tx, ctx, version.organization_id, &version.blob, &version.owner()).await?;
    store::insert(tx, version, resources, outputs).await?;
    workspace.note_state(Some(version.id), version.resource_count, ctx.now());
    workspaces::store::update(tx, workspace).await?;
    events::record(tx, ctx, event("state-version.created", workspace, version, source)).await
}

fn version(
    ctx: &Ctx,
    workspace: &Workspace,
    examined: &Examined,
    source: &Source,
    blob: BlobAddress,
    size_bytes: i64,
) -> Result<StateVersion> {
    let (run_id, intermediate) = match source {
        Source::Run { run_id, intermediate } => (Some(*run_id), *intermediate),
        Source::Client { .. } | Source::User { .. } | Source::Rollback => (None, false),
    };
    Ok(StateVersion {
        id: ctx.new_id()?,
        organization_id: workspace.organization_id,
        workspace_id: workspace.id,
        serial: i64::try_from(examined.serial).map_err(Error::internal)?,
        lineage: examined.lineage.clone(),
        sha256: examined.sha256.clone(),
        size_bytes,
        blob,
        run_id,
        created_by: run_id.map_or_else(|| ctx.actor().name(), |run| run.to_string()),
        terraform_version: examined.terraform_version.clone(),
        resource_count: examined.resource_count,
        encrypted: examined.encrypted,
        intermediate,
        created_at: ctx.now(),
    })
}

/// The rows of a version's outputs, secrets sealed.
pub(crate) async fn output_rows(ctx: &Ctx, version: &StateVersion, examined: &Examined) -> Result<Vec<output::Model>> {
    let mut rows = Vec::with_capacity(examined.outputs.len());
    for found in &examined.outputs {
        let mut row = output::Model {
            id: ctx.new_id()?,
            state_version_id: version.id,
            name: found.name.clone(),
            sensitive: found.sensitive,
            kind: crate::states::examine::type_word(&found.output_type),
            value: None,
            sealed: None,
        };
        if found.sensitive {
            let text = found.value.to_string();
            let organization = Some(version.organization_id);
            let sealed = ctx
                .secrets
                .seal(ctx.db.reader(), organization, &row.place(), text.as_bytes())
                .await?;
            row.sealed = Some(sealed);
        } else {
            row.value = Some(found.value.clone());
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Leaves the workspace without a state, as a client of the `http` backend asks for. The versions stay.
///
/// # Errors
///
/// `WorkspaceLocked` when somebody else has the lock.
pub async fn clear(ctx: &Ctx, workspace: WorkspaceId, lock_id: Option<String>) -> Result<()> {
    let seen = workspaces::load(ctx, workspace, STATE_WRITE).await?;
    let mut tx = ctx.begin().await?;
    let mut workspace = workspaces::store::hold(&tx, seen.id).await?;
    require_lock(&workspace, &Source::Client { lock_id }, ctx.actor().id().as_deref())?;
    let Some(current) = workspace.current_state_version_id else {
        return Ok(());
    };
    let version = store::get(&*tx, current).await?;
    workspace.note_state(None, 0, ctx.now());
    workspaces::store::update(&tx, &mut workspace).await?;
    events::record(
        &mut tx,
        ctx,
        event("state-version.cleared", &workspace, &version, "http-backend"),
    )
    .await?;
    tx.commit().await
}

/// An event about a state; who may see the workspace may see it.
pub(super) fn event(action: &'static str, workspace: &Workspace, version: &StateVersion, source: &str) -> NewEvent {
    NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "state-version",
        object_id: version.id.to_string(),
        object_name: format!("{} · serial {}", workspace.name, version.serial),
        access_id: Some(workspace.id.to_string()),
        changes: json!({
            "source": source,
            "serial": version.serial,
            "resource-count": version.resource_count,
            "run": version.run_id,
        }),
    }
}
