//! Giving a workspace its repository, and making configurations of the newest commit when nobody pushed.

use serde_json::{Value, json};
use slipway_api::ids::{IntegrationId, OrganizationId, RepositoryId, WorkspaceId};
use slipway_api::vcs::VcsRepoSettings;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_connections::forges::ForgeKind;
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::service::{Wanted, begin_use, end_use};
use slipway_connections::repositories::{self, Repository};
use slipway_git::{Commit as CommitInfo, Mirror};
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::ingest::{Found, Ingest};
use super::model::Source;
use super::store;
use crate::commits::reading;
use crate::configuration_versions::ConfigurationVersion;
use crate::jobs::INGEST;
use crate::runs::service::commit::{CommitRun, Purpose, start};
use crate::workspaces::Workspace;

/// What is to be written of a workspace's source.
pub(crate) struct Change {
    source: Source,
    before: Option<RepositoryId>,
    is_other_code: bool,
}

impl Change {
    /// What it changes, for the workspace's event.
    pub(crate) fn told(&self) -> Value {
        json!({
            "repository": self.source.repository_id,
            "branch": self.source.branch,
            "tags-regex": self.source.tags_regex,
            "trigger-patterns": self.source.trigger_patterns.0,
            "trigger-prefixes": self.source.trigger_prefixes.0,
            "speculative-enabled": self.source.speculative_enabled,
            "apply-policy": self.source.apply_policy,
            "fork-policy": self.source.fork_policy,
        })
    }
}

/// What the settings change of a workspace's source; nothing when they do not mention it. The repository is asked for where
/// it is, so no transaction may be open.
///
/// # Errors
///
/// `Invalid` for what cannot be; what the caller may not do with the integration.
pub(crate) async fn change(
    ctx: &Ctx,
    organization: OrganizationId,
    workspace: WorkspaceId,
    settings: &WorkspaceSettings,
) -> Result<Option<Change>> {
    if !is_mentioned(settings) {
        return Ok(None);
    }
    let before = store::find(ctx.db.reader(), workspace).await?;
    let seen = before
        .clone()
        .unwrap_or_else(|| Source::new(workspace, organization, ctx.now()));
    let mut source = seen.clone().with_settings(settings, ctx.now())?;
    match &settings.vcs_repo {
        Some(Some(wanted)) => source.repository_id = Some(repository(ctx, organization, &seen, wanted).await?.id),
        Some(None) => source.repository_id = None,
        None => {}
    }
    let is_other_code = source.repository_id.is_some()
        && (source.repository_id != seen.repository_id
            || source.branch != seen.branch
            || source.submodules != seen.submodules
            || source.large_files != seen.large_files);
    Ok(Some(Change {
        source,
        before: before.and_then(|before| before.repository_id),
        is_other_code,
    }))
}

fn is_mentioned(settings: &WorkspaceSettings) -> bool {
    settings.vcs_repo.is_some()
        || settings.file_triggers_enabled.is_some()
        || settings.trigger_prefixes.is_some()
        || settings.trigger_patterns.is_some()
        || settings.speculative_enabled.is_some()
        || settings.queue_all_runs.is_some()
        || settings.apply_policy.is_some()
        || settings.fork_policy.is_some()
}

async fn repository(
    ctx: &Ctx,
    organization: OrganizationId,
    seen: &Source,
    wanted: &VcsRepoSettings,
) -> Result<Repository> {
    let named: Option<IntegrationId> = wanted
        .integration_id
        .or(wanted.oauth_token_id.map(|id| id.counterpart()));
    let present = match seen.repository_id {
        Some(id) => Some(repositories::service::get(ctx, id).await?),
        None => None,
    };
    if let Some(present) = &present {
        let same_name = wanted
            .identifier
            .as_ref()
            .is_none_or(|name| *name == present.full_name || *name == present.address);
        if same_name && (named.is_none() || named == present.integration_id) {
            return Ok(present.clone());
        }
    }
    let pointer = "/data/attributes/vcs-repo/identifier";
    let identifier = wanted
        .identifier
        .clone()
        .or_else(|| present.as_ref().map(|present| present.full_name.clone()));
    let identifier = identifier
        .filter(|identifier| !identifier.trim().is_empty())
        .ok_or_else(|| Error::invalid(pointer, "Say which repository: its name at its forge, or its address."))?;
    let wanted = Wanted {
        integration: named,
        identifier,
    };
    repositories::service::ensure(ctx, organization, &wanted).await
}

/// Writes a change in the transaction that changes the workspace. Other code is fetched at once, by a job.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn write(tx: &mut Tx, ctx: &Ctx, change: &Change) -> Result<()> {
    let source = &change.source;
    store::put(tx, source).await?;
    let object = source.workspace_id.to_string();
    if source.repository_id != change.before {
        if let Some(before) = change.before {
            end_use(tx, ctx, before, &object).await?;
        }
        if let Some(now) = source.repository_id {
            begin_use(tx, ctx, now, &object).await?;
        }
    }
    if change.is_other_code {
        let is_first = change.before.is_none() && source.queue_all_runs;
        let item = NewItem::job(INGEST, source.workspace_id, json!({"start": is_first}));
        enqueue(tx, ctx, item).await?;
    }
    Ok(())
}

/// Forgets what a workspace that goes takes from Git.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn remove_of_workspace(tx: &mut Tx, ctx: &Ctx, workspace: WorkspaceId) -> Result<()> {
    if let Some(repository) = store::find(&**tx, workspace)
        .await?
        .and_then(|source| source.repository_id)
    {
        end_use(tx, ctx, repository, &workspace.to_string()).await?;
    }
    Ok(())
}

/// The kind of a repository's forge; none where everybody may read it.
pub(crate) async fn forge_kind(ctx: &Ctx, repository: &Repository) -> Result<Option<ForgeKind>> {
    let Some(id) = repository.integration_id else {
        return Ok(None);
    };
    let integration = slipway_connections::integrations::service::of_system(ctx, id).await?;
    Ok(serde_json::from_value(Value::from(integration.kind)).ok())
}

/// The configuration of the newest commit that the workspace follows, fetched and made now; none for a workspace whose
/// configuration is uploaded.
///
/// # Errors
///
/// Why the repository cannot be read, in a sentence; `Conflict` when it has no such branch.
pub(crate) async fn newest(ctx: &Ctx, workspace: &Workspace) -> Result<Option<ConfigurationVersion>> {
    let Some(source) = store::find(ctx.db.reader(), workspace.id).await? else {
        return Ok(None);
    };
    let Some(id) = source.repository_id else {
        return Ok(None);
    };
    let repository = repositories::service::get(ctx, id).await?;
    repositories::service::synchronize(ctx, &repository, &[]).await?;
    // The default branch may have been found only now.
    let repository = repositories::service::get(ctx, id).await?;
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    let (commit, found) = head(&mirror, &source, &repository).await?;
    let kind = forge_kind(ctx, &repository).await?;
    let roots = [workspace.working_directory.clone()];
    let closures = reading::closures(repository.id, &mirror, &commit.id, None, &roots)
        .await
        .map_err(of_git)?;
    let mut ingest = Ingest::new(ctx, &repository, kind, &commit);
    let made = ingest
        .configuration(workspace, &source, closures.first(), &found)
        .await?;
    Ok(Some(made))
}

/// The newest commit that a source follows.
async fn head(mirror: &Mirror, source: &Source, repository: &Repository) -> Result<(CommitInfo, Found)> {
    if source.tags_regex.is_some() {
        return newest_tag(mirror, source, repository).await;
    }
    let branch = source.branch_of(repository.default_branch.as_deref()).ok_or_else(|| {
        Error::conflict(format!(
            "{} is empty: push something to it first.",
            repository.full_name
        ))
    })?;
    let name = format!("refs/heads/{branch}");
    let commit = mirror.resolve(&name).await.map_err(of_git)?.ok_or_else(|| {
        Error::conflict(format!(
            "{} has no branch \"{branch}\". Push it, or choose another for the workspace.",
            repository.full_name
        ))
    })?;
    let commit = mirror.commit(&commit).await.map_err(of_git)?;
    let found = Found {
        branch: Some(branch.to_owned()),
        ..Found::default()
    };
    Ok((commit, found))
}

/// Of the tags that a source follows the one whose commit is the newest.
async fn newest_tag(mirror: &Mirror, source: &Source, repository: &Repository) -> Result<(CommitInfo, Found)> {
    let mut newest: Option<(CommitInfo, String)> = None;
    for (name, commit) in mirror.refs().await.map_err(of_git)? {
        let Some(tag) = name.strip_prefix("refs/tags/").filter(|tag| source.follows_tag(tag)) else {
            continue;
        };
        let commit = mirror.commit(&commit).await.map_err(of_git)?;
        if newest
            .as_ref()
            .is_none_or(|(other, _)| other.committed_at <= commit.committed_at)
        {
            newest = Some((commit, tag.to_owned()));
        }
    }
    let (commit, tag) = newest.ok_or_else(|| {
        Error::conflict(format!(
            "{} has no tag that the workspace's tags-regex matches.",
            repository.full_name
        ))
    })?;
    let found = Found {
        tag: Some(tag),
        ..Found::default()
    };
    Ok((commit, found))
}

/// The job after a workspace got other code: makes its configuration, and starts its first run if that was wished.
///
/// # Errors
///
/// Those of [`newest`] and of starting a run.
pub(crate) async fn ingest(ctx: &Ctx, id: WorkspaceId, starts: bool) -> Result<()> {
    let Some(workspace) = crate::workspaces::store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let Some(configuration) = newest(ctx, &workspace).await? else {
        return Ok(());
    };
    if !starts || !configuration.is_usable() {
        return Ok(());
    }
    let Some(commit) = store::commit_of(ctx.db.reader(), configuration.id).await? else {
        return Ok(());
    };
    let wish = CommitRun {
        workspace: &workspace,
        configuration: &configuration,
        purpose: Purpose::Apply,
        key: format!("first-{id}"),
        message: commit.subject().to_owned(),
        by: ctx.actor().name(),
        created_by: None,
        position: None,
        commit: commit.commit_sha.chars().take(10).collect(),
        is_untrusted: false,
    };
    start(ctx, wish).await.map(drop)
}
