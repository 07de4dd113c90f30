//! Reading states, their outputs and their differences.

use bytes::Bytes;
use serde_json::Value;
use slipway_api::ids::{RunId, StateOutputId, StateVersionId};
use slipway_api::runner::StateReference;
use slipway_api::states::StateDiff;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, events};
use slipway_tofu::state::{StateFile, json_form as make_json_form};

use super::accept::event;
use crate::permissions::{STATE_READ, STATE_READ_OUTPUTS};
use crate::states::compare;
use crate::states::model::{StateVersion, output};
use crate::states::store;
use crate::workspaces::{self, Workspace};

/// A state version with its workspace, if the caller may do `permission` to the workspace.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: StateVersionId, permission: Permission) -> Result<(StateVersion, Workspace)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let version = store::get(ctx.db.reader(), id).await?;
    let workspace = workspaces::store::get(ctx.db.reader(), version.workspace_id).await?;
    let mut target = workspace.target_as(id.to_string());
    target.kind = "state version";
    ctx.authorize(permission, &target).await?;
    Ok((version, workspace))
}

/// A page of a workspace's states, newest first.
///
/// # Errors
///
/// Those of the database; the caller has authorized it.
pub async fn list(ctx: &Ctx, workspace: &Workspace, page: &Page) -> Result<Listed<StateVersion>> {
    ctx.authorize(STATE_READ, &workspace.target()).await?;
    store::list(ctx.db.reader(), workspace.id, page).await
}

/// A workspace's current state.
///
/// # Errors
///
/// Those of the database.
pub async fn current(ctx: &Ctx, workspace: &Workspace) -> Result<Option<StateVersion>> {
    store::current_of(ctx.db.reader(), workspace).await
}

/// The current state as a runner is told of it.
///
/// # Errors
///
/// Those of the database.
pub async fn reference(ctx: &Ctx, workspace: &Workspace) -> Result<Option<StateReference>> {
    let reference = |version: StateVersion| StateReference {
        serial: version.serial(),
        lineage: version.lineage,
        sha256: version.sha256,
    };
    Ok(current(ctx, workspace).await?.map(reference))
}

/// The bytes of a state. The caller has authorized and recorded it.
///
/// # Errors
///
/// Those of the database and the object store.
pub async fn bytes_of(ctx: &Ctx, version: &StateVersion) -> Result<Bytes> {
    ctx.blobs.get(ctx, version.organization_id, &version.blob).await
}

/// The bytes of a workspace's current state, for its run's runner.
///
/// # Errors
///
/// Those of the database and the object store.
pub async fn current_bytes(ctx: &Ctx, workspace: &Workspace) -> Result<Option<Bytes>> {
    match current(ctx, workspace).await? {
        Some(version) => bytes_of(ctx, &version).await.map(Some),
        None => Ok(None),
    }
}

/// The bytes of the current state of a run's workspace: while the run holds it, the newest that the run brought.
///
/// # Errors
///
/// `NotFound` when the run is gone; those of the database and the object store.
pub async fn current_bytes_of_run(ctx: &Ctx, run: RunId) -> Result<Option<Bytes>> {
    let run = crate::runs::store::get(ctx.db.reader(), run).await?;
    let workspace = workspaces::store::get(ctx.db.reader(), run.workspace_id).await?;
    current_bytes(ctx, &workspace).await
}

/// The bytes of a state, for a person or a program. The reading is recorded: a state is full of secrets.
///
/// # Errors
///
/// What the caller may not see.
pub async fn download(ctx: &Ctx, id: StateVersionId) -> Result<Bytes> {
    let (version, workspace) = load(ctx, id, STATE_READ).await?;
    record_reading(ctx, &workspace, &version).await?;
    bytes_of(ctx, &version).await
}

/// The engine's JSON form of a state, as `tofu show -json` prints it, secrets included. The reading is recorded.
///
/// # Errors
///
/// What the caller may not see; `Conflict` for an encrypted state.
pub async fn json_form(ctx: &Ctx, id: StateVersionId) -> Result<Vec<u8>> {
    let (version, workspace) = load(ctx, id, STATE_READ).await?;
    record_reading(ctx, &workspace, &version).await?;
    let bytes = bytes_of(ctx, &version).await?;
    let work = move || match StateFile::parse(&bytes) {
        Ok(StateFile::Clear(state)) => serde_json::to_vec(&make_json_form(&state)).map_err(Error::internal),
        Ok(StateFile::Encrypted(_)) => Err(encrypted()),
        Err(error) => Err(Error::internal(error)),
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn encrypted() -> Error {
    Error::conflict("The state is encrypted by its configuration, so that nothing can be said about its content.")
}

/// Tells that somebody read a state.
pub(crate) async fn record_reading(ctx: &Ctx, workspace: &Workspace, version: &StateVersion) -> Result<()> {
    let mut tx = ctx.begin().await?;
    events::record(
        &mut tx,
        ctx,
        event("state-version.downloaded", workspace, version, "api"),
    )
    .await?;
    tx.commit().await
}

/// An output with its value as far as the caller may see it.
#[derive(Debug, Clone)]
pub struct Output {
    /// The row.
    pub row: output::Model,
    /// The value; null for a secret that the caller may not read.
    pub value: Value,
}

/// The outputs of a state. Secrets are shown, and their reading recorded, only to those who may download the state.
///
/// # Errors
///
/// What the caller may not see.
pub async fn outputs(ctx: &Ctx, workspace: &Workspace, version: &StateVersion) -> Result<Vec<Output>> {
    let reveals = may_reveal(ctx, workspace).await?;
    shown_outputs(ctx, workspace, version, reveals).await
}

/// The outputs of a state without the values of secrets, whoever asks: a page that lists them reads no secret.
///
/// # Errors
///
/// What the caller may not see.
pub async fn outputs_without_secrets(ctx: &Ctx, workspace: &Workspace, version: &StateVersion) -> Result<Vec<Output>> {
    may_reveal(ctx, workspace).await?;
    shown_outputs(ctx, workspace, version, false).await
}

async fn shown_outputs(ctx: &Ctx, workspace: &Workspace, version: &StateVersion, reveals: bool) -> Result<Vec<Output>> {
    let rows = store::outputs(ctx.db.reader(), version.id).await?;
    if reveals && rows.iter().any(|row| row.sensitive) {
        record_reading(ctx, workspace, version).await?;
    }
    let mut outputs = Vec::with_capacity(rows.len());
    for row in rows {
        outputs.push(shown(ctx, workspace, row, reveals).await?);
    }
    Ok(outputs)
}

/// One output of a state.
///
/// # Errors
///
/// What the caller may not see.
pub async fn output(ctx: &Ctx, id: StateOutputId) -> Result<Output> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let missing = || Error::not_found("state output", id);
    let row = store::output(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let version = store::get(ctx.db.reader(), row.state_version_id).await?;
    let workspace = workspaces::store::get(ctx.db.reader(), version.workspace_id).await?;
    let reveals = match may_reveal(ctx, &workspace).await {
        Err(error) if error.code() == slipway_api::Code::NotFound => return Err(missing()),
        other => other?,
    };
    if reveals && row.sensitive {
        record_reading(ctx, &workspace, &version).await?;
    }
    shown(ctx, &workspace, row, reveals).await
}

/// Whether the caller sees secrets, if he may see outputs at all.
async fn may_reveal(ctx: &Ctx, workspace: &Workspace) -> Result<bool> {
    if ctx.granted().await?.allows(STATE_READ, &workspace.scope()) {
        return Ok(true);
    }
    ctx.authorize(STATE_READ_OUTPUTS, &workspace.target()).await?;
    Ok(false)
}

async fn shown(ctx: &Ctx, workspace: &Workspace, row: output::Model, reveals: bool) -> Result<Output> {
    let value = match &row.sealed {
        Some(sealed) if reveals => {
            let organization = Some(workspace.organization_id);
            let opened = ctx
                .secrets
                .open(ctx.db.reader(), organization, &row.place(), sealed)
                .await?;
            serde_json::from_slice(opened.expose()).map_err(Error::internal)?
        }
        Some(_) => Value::Null,
        None => row.value.clone().unwrap_or_default(),
    };
    Ok(Output { row, value })
}

/// What changed from one state to another, secrets never; from the version before when `from` is not given.
///
/// # Errors
///
/// What the caller may not see; `Conflict` for an encrypted state.
pub async fn diff(ctx: &Ctx, to: StateVersionId, from: Option<StateVersionId>) -> Result<StateDiff> {
    let (to, _) = load(ctx, to, STATE_READ).await?;
    let from = match from {
        Some(id) => Some(load(ctx, id, STATE_READ).await?.0),
        None => store::before(ctx.db.reader(), &to).await?,
    };
    let new = bytes_of(ctx, &to).await?;
    let old = match &from {
        Some(version) => Some(bytes_of(ctx, version).await?),
        None => None,
    };
    let work = move || compare::diff(old.as_deref(), &new).ok_or_else(encrypted);
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
