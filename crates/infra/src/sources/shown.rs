//! What workspaces and runs show of Git on the wire.

use std::collections::{BTreeSet, HashMap};

use slipway_api::ids::{ConfigurationVersionId, RepositoryId, SshKeyId, WorkspaceId};
use slipway_api::vcs::{RunCommit, VcsRepo};
use slipway_api::workspaces::CommitSettings;
use slipway_connections::repositories::{self, Repository};
use slipway_kernel::{Ctx, Result};

use super::model::Source;
use super::store;
use crate::private_code;

/// What a workspace shows of Git.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Its repository.
    pub repository: Option<VcsRepo>,
    /// How commits start runs in it.
    pub commits: Option<CommitSettings>,
    /// The key that opens private modules to its runs.
    pub ssh_key: Option<SshKeyId>,
}

/// What these workspaces show of Git; those of which nothing was ever said are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspaces(ctx: &Ctx, ids: &[WorkspaceId]) -> Result<HashMap<WorkspaceId, Shown>> {
    let sources = store::of_workspaces(ctx.db.reader(), ids).await?;
    let wanted: BTreeSet<RepositoryId> = sources.iter().filter_map(|source| source.repository_id).collect();
    let mut repositories = HashMap::new();
    for id in wanted {
        let (repository, provider) = described(ctx, id).await?;
        repositories.insert(id, (repository, provider));
    }
    let keys = private_code::store::of_workspaces(ctx.db.reader(), ids).await?;
    let mut shown: HashMap<WorkspaceId, Shown> = HashMap::new();
    for (workspace, key) in keys {
        shown.entry(workspace).or_default().ssh_key = Some(key);
    }
    for source in sources {
        let commits = Some(source.commit_settings());
        let repository = source
            .repository_id
            .and_then(|id| repositories.get(&id))
            .map(|(repository, provider)| on_wire(&source, repository, provider));
        let one = shown.entry(source.workspace_id).or_default();
        (one.repository, one.commits) = (repository, commits);
    }
    Ok(shown)
}

/// What one workspace shows of Git.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspace(ctx: &Ctx, id: WorkspaceId) -> Result<Shown> {
    Ok(of_workspaces(ctx, &[id]).await?.remove(&id).unwrap_or_default())
}

async fn described(ctx: &Ctx, id: RepositoryId) -> Result<(Repository, String)> {
    let repository = repositories::service::get(ctx, id).await?;
    let provider = match repository.integration_id {
        Some(integration) => slipway_connections::integrations::service::of_system(ctx, integration)
            .await
            .map_or_else(|_| "git".to_owned(), |integration| integration.kind),
        None => "git".to_owned(),
    };
    Ok((repository, provider))
}

fn on_wire(source: &Source, repository: &Repository, provider: &str) -> VcsRepo {
    VcsRepo {
        identifier: repository.full_name.clone(),
        display_identifier: repository.full_name.clone(),
        branch: source.branch.clone(),
        tags_regex: source.tags_regex.clone(),
        ingress_submodules: source.submodules,
        large_files: source.large_files,
        oauth_token_id: repository.integration_id.map(|id| id.counterpart()),
        integration_id: repository.integration_id,
        repository_id: repository.id,
        repository_http_url: repository.web_url.clone(),
        service_provider: provider.to_owned(),
        commit_sha: source.commit_sha.clone(),
    }
}

/// The commits of runs' configurations.
///
/// # Errors
///
/// Those of the database.
pub async fn of_configurations(
    ctx: &Ctx,
    ids: &[ConfigurationVersionId],
) -> Result<HashMap<ConfigurationVersionId, RunCommit>> {
    let commits = store::commits_of(ctx.db.reader(), ids).await?;
    Ok(commits
        .into_iter()
        .map(|commit| (commit.configuration_version_id, commit.of_run()))
        .collect())
}
