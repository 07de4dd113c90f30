//! Choosing a workspace's SSH key, and what `init` is given.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::ids::{SshKeyId, WorkspaceId};
use slipway_api::runner::{GIT_DIRECTORY, WorkGit, WorkPhase};
use slipway_connections::integrations::environment::Phase;
use slipway_connections::integrations::kinds::SSH_KEY;
use slipway_connections::integrations::{self, Integration};
use slipway_connections::permissions::INTEGRATION_USE;
use slipway_connections::ssh_keys::{self, SshKey};
use slipway_git::host_keys::PUBLISHED;
use slipway_git::{GitError, HostCredentials, run_files};
use slipway_kernel::directory::{self, Edge};
use slipway_kernel::{Ctx, Error, Result, events};
use zeroize::Zeroizing;

use super::model::{Opened, for_host, for_ssh};
use super::store;
use crate::integrations as assignments;
use crate::managed;
use crate::permissions::{WORKSPACE_READ, WORKSPACE_UPDATE};
use crate::workspaces::service::event;
use crate::workspaces::{self, Workspace};

/// Why a workspace depends on an SSH key.
const EDGE: &str = "private-modules";
/// Kinds of integrations that open repositories.
const OPENING: [&str; 7] = [
    "github",
    "gitlab",
    "bitbucket",
    "bitbucket-data-center",
    "azure-devops",
    "gitea",
    "git",
];

/// The SSH key of a workspace's runs.
///
/// # Errors
///
/// `NotFound`.
pub async fn of_workspace(ctx: &Ctx, id: WorkspaceId) -> Result<(Workspace, Option<SshKeyId>)> {
    let workspace = workspaces::load(ctx, id, WORKSPACE_READ).await?;
    let key = store::find(ctx.db.reader(), id).await?;
    Ok((workspace, key))
}

/// Chooses the SSH key of a workspace's runs, or none.
///
/// # Errors
///
/// `NotFound` for what is missing, invisible or of another organization; `Forbidden` without the permission to change the
/// workspace or to use the key.
pub async fn choose(ctx: &Ctx, id: WorkspaceId, key: Option<SshKeyId>) -> Result<Workspace> {
    let workspace = workspaces::load(ctx, id, WORKSPACE_UPDATE).await?;
    managed::require_own(ctx, &workspace).await?;
    let wanted = match key {
        Some(key) => Some(usable(ctx, &workspace, key).await?),
        None => None,
    };
    let mut tx = ctx.begin().await?;
    let before = store::find(&*tx, id).await?;
    let edge = |key: SshKeyId| Edge {
        from: id.to_string(),
        to: key.to_string(),
        why: EDGE,
    };
    if let Some(before) = before {
        directory::store::disconnect(&tx, &edge(before)).await?;
    }
    match &wanted {
        Some(key) => {
            store::put(&tx, id, key.id).await?;
            directory::store::connect(&tx, &edge(key.id)).await?;
        }
        None => store::remove(&tx, id).await?,
    }
    let changes = json!({"ssh-key": [before, key], "name": wanted.map(|key| key.name)});
    events::record(&mut tx, ctx, event("workspace.ssh-key-chosen", &workspace, changes)).await?;
    tx.commit().await?;
    Ok(workspace)
}

async fn usable(ctx: &Ctx, workspace: &Workspace, id: SshKeyId) -> Result<SshKey> {
    let key = ssh_keys::service::load(ctx, id, INTEGRATION_USE).await?;
    if key.organization_id == workspace.organization_id {
        return Ok(key);
    }
    Err(Error::not_found("SSH key", id))
}

/// What opens private modules to a phase of a run; none where the workspace was given nothing.
///
/// # Errors
///
/// `Conflict` with a sentence for the run when something that was given opens nothing.
pub async fn of_phase(ctx: &Ctx, workspace: &Workspace, phase: WorkPhase) -> Result<Option<WorkGit>> {
    let mut credentials = Vec::new();
    let mut known_hosts = PUBLISHED.to_owned();
    for integration in opening(ctx, workspace, phase).await? {
        let opened = opened(ctx, &integration).await?;
        if let Some(lines) = &opened.host_keys {
            known_hosts.push_str(lines.trim_end());
            known_hosts.push('\n');
        }
        credentials.extend(for_host(&opened));
        credentials.extend(for_ssh(&opened, PUBLISHED));
    }
    if let Some(id) = store::find(ctx.db.reader(), workspace.id).await? {
        let key = ssh_keys::service::of_system(ctx, id).await?;
        let private = ssh_keys::service::private_key(ctx, &key).await?;
        credentials.push(HostCredentials::SshKey {
            host: "*".to_owned(),
            port: None,
            key: Zeroizing::new(private.expose_text()?.to_owned()),
            known_hosts,
        });
    }
    if credentials.is_empty() {
        return Ok(None);
    }
    let files =
        run_files(&credentials, GIT_DIRECTORY).map_err(|error: GitError| Error::conflict(format!("{error}.")))?;
    let clear = |text: Zeroizing<String>| text.as_str().to_owned();
    let contents: BTreeMap<String, String> = files
        .files
        .into_iter()
        .map(|(name, content)| (name, clear(content)))
        .collect();
    Ok(Some(WorkGit {
        files: contents,
        environment: files.environment,
        secrets: files.secrets.into_iter().map(clear).collect(),
    }))
}

/// The forges and Git servers that a phase gets, the farthest first.
async fn opening(ctx: &Ctx, workspace: &Workspace, phase: WorkPhase) -> Result<Vec<Integration>> {
    let phase = match phase {
        WorkPhase::Plan => Phase::Plan,
        WorkPhase::Apply => Phase::Apply,
    };
    let mut all = assignments::service::counting(ctx, workspace, phase).await?;
    all.retain(|integration| OPENING.contains(&integration.kind.as_str()));
    Ok(all)
}

async fn opened(ctx: &Ctx, integration: &Integration) -> Result<Opened> {
    let forge = integrations::service::forge(ctx, integration).await?;
    let credentials = forge.clone_credentials().await.map_err(|error| {
        Error::conflict(format!(
            "The integration \"{}\" does not open private modules: {error}.",
            integration.name
        ))
    })?;
    let text = |field| integration.settings.text(field).map(str::to_owned);
    let ssh_key = match integration.secret_names.0.iter().any(|name| name == SSH_KEY) {
        true => integrations::service::secrets(ctx, integration)
            .await?
            .get(SSH_KEY)
            .map(|key| Zeroizing::new(key.to_owned())),
        false => None,
    };
    Ok(Opened {
        url: text("url").unwrap_or_default(),
        credentials,
        host_keys: text("host-keys"),
        certificates: text("ca-certificate"),
        ssh_key,
    })
}
