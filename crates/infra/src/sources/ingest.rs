//! Makes configuration versions of commits.
//!
//! Of the repository only what the workspace's code can read is packed, when that is known for sure, and everything
//! otherwise. One value of `Ingest` serves all workspaces of one commit: what several of them need is packed once.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use slipway_api::Timestamp;
use slipway_api::ids::ConfigurationVersionId;
use slipway_connections::forges::ForgeKind;
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::{Repository, archives};
use slipway_git::Commit as CommitInfo;
use slipway_kernel::{Ctx, Error, Result};

use super::commit::Commit;
use super::model::Source;
use super::opening::{commit_url, message};
use super::store;
use crate::commits::closure::Closure;
use crate::commits::patterns;
use crate::configuration_versions::model::{ConfigurationVersion, Status};
use crate::configuration_versions::service::OfCommit;
use crate::configuration_versions::{service as configurations, store as configuration_store};
use crate::workspaces::Workspace;

/// Archives that one commit's workspaces share, at most.
const KEPT_ARCHIVES: usize = 8;

/// Where a commit was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The branch that it is on, or that the pull request goes to.
    pub branch: Option<String>,
    /// The tag that it has.
    pub tag: Option<String>,
    /// Who pushed it, as the forge calls them.
    pub sender: Option<String>,
    /// The pull request that it is the result of.
    pub pull_request: Option<FoundPullRequest>,
}

/// The pull request that a commit is the result of.
#[derive(Debug, Clone)]
pub(crate) struct FoundPullRequest {
    /// Its number.
    pub number: u64,
    /// Where people look at it.
    pub url: String,
    /// The newest commit that it offers.
    pub head: CommitInfo,
    /// Whether what is made of it can only be planned.
    pub is_speculative: bool,
    /// Whether its commits come from another repository.
    pub is_fork: bool,
}

/// Makes the configuration versions of one commit.
pub(crate) struct Ingest<'a> {
    ctx: &'a Ctx,
    repository: &'a Repository,
    kind: Option<ForgeKind>,
    commit: &'a CommitInfo,
    archives: HashMap<Vec<String>, Bytes>,
}

impl<'a> Ingest<'a> {
    /// For a commit that is in the mirror.
    pub(crate) fn new(
        ctx: &'a Ctx,
        repository: &'a Repository,
        kind: Option<ForgeKind>,
        commit: &'a CommitInfo,
    ) -> Self {
        Self {
            ctx,
            repository,
            kind,
            commit,
            archives: HashMap::new(),
        }
    }

    /// The configuration version of the commit for a workspace: the one that was made before, or a new one.
    ///
    /// # Errors
    ///
    /// Those of Git and of the database. What is no acceptable configuration is a version that says so.
    pub(crate) async fn configuration(
        &mut self,
        workspace: &Workspace,
        source: &Source,
        closure: Option<&Closure>,
        found: &Found,
    ) -> Result<ConfigurationVersion> {
        let speculative = found
            .pull_request
            .as_ref()
            .is_some_and(|request| request.is_speculative);
        if let Some(known) = self.made_before(workspace, found, speculative).await? {
            return Ok(known);
        }
        // Whoever writes a commit decides which submodules it has: a stranger's are not fetched.
        let is_foreign = found.pull_request.as_ref().is_some_and(|request| request.is_fork);
        let content = match self.archive(source, closure, is_foreign).await {
            Err(error) if error.code() == slipway_api::Code::TooLarge => Err(error.detail().to_owned()),
            other => Ok(other?),
        };
        let id = self.ctx.new_id()?;
        let of_commit = OfCommit {
            id,
            commit: self.row(id, workspace, found)?,
            source: source_word(self.kind),
            speculative,
            content,
        };
        configurations::keep_of_commit(self.ctx, workspace, of_commit).await
    }

    async fn made_before(
        &self,
        workspace: &Workspace,
        found: &Found,
        speculative: bool,
    ) -> Result<Option<ConfigurationVersion>> {
        let reader = self.ctx.db.reader();
        let number = found.pull_request.as_ref().map(|request| request.number);
        for made in store::made_of(reader, workspace.id, self.commit.id.as_str()).await? {
            let is_same_request = made.pull_request_number.and_then(|number| u64::try_from(number).ok()) == number;
            if !is_same_request || made.tag != found.tag {
                continue;
            }
            let version = configuration_store::find(reader, made.configuration_version_id).await?;
            if let Some(version) = version.filter(|version| {
                version.speculative == speculative && matches!(version.status, Status::Uploaded | Status::Errored)
            }) {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    async fn archive(&mut self, source: &Source, closure: Option<&Closure>, is_foreign: bool) -> Result<Bytes> {
        let paths = closure.and_then(|closure| paths(closure, source)).unwrap_or_default();
        let (submodules, large_files) = (source.submodules && !is_foreign, source.large_files && !is_foreign);
        // What comes from elsewhere is not shared: another workspace may want it otherwise.
        let is_shared = !submodules && !large_files;
        if let Some(archive) = self.archives.get(&paths).filter(|_| is_shared) {
            return Ok(archive.clone());
        }
        let wanted = archives::Wanted {
            paths: &paths,
            limit_bytes: self.ctx.settings.limits.configuration_unpacked_bytes,
            submodules,
            large_files,
        };
        let archive = archives::archive(self.ctx, self.repository, &self.commit.id, &wanted)
            .await
            .map_err(of_git)?;
        let archive = Bytes::from(archive.bytes);
        if self.archives.len() >= KEPT_ARCHIVES {
            self.archives.clear();
        }
        if is_shared {
            self.archives.insert(paths, archive.clone());
        }
        Ok(archive)
    }

    fn row(&self, id: ConfigurationVersionId, workspace: &Workspace, found: &Found) -> Result<Commit> {
        // Our own merge says nothing to people: they know the commit that was offered.
        let shown = found.pull_request.as_ref().map_or(self.commit, |request| &request.head);
        let committed_ms = u64::try_from(shown.committed_at.max(0))
            .unwrap_or(0)
            .saturating_mul(1_000);
        Ok(Commit {
            configuration_version_id: id,
            workspace_id: workspace.id,
            repository_id: self.repository.id,
            commit_sha: self.commit.id.to_string(),
            branch: found.branch.clone(),
            tag: found.tag.clone(),
            message: message(shown),
            author: shown.author.chars().take(200).collect(),
            committed_at: Timestamp::from_unix_ms(i64::try_from(committed_ms).map_err(Error::internal)?),
            url: commit_url(self.repository, self.kind, shown.id.as_str()),
            sender: found.sender.clone(),
            on_default_branch: found.pull_request.is_none()
                && found.branch.is_some()
                && found.branch == self.repository.default_branch,
            pull_request_number: found
                .pull_request
                .as_ref()
                .and_then(|request| i64::try_from(request.number).ok()),
            pull_request_url: found.pull_request.as_ref().map(|request| request.url.clone()),
            head_sha: found.pull_request.as_ref().map(|request| request.head.id.to_string()),
            notice: None,
        })
    }
}

/// What to pack; none for everything.
fn paths(closure: &Closure, source: &Source) -> Option<Vec<String>> {
    if closure.is_whole || !closure.is_complete || closure.own.is_empty() || source.submodules {
        return None;
    }
    let mut paths: BTreeSet<String> = BTreeSet::from([closure.own.clone()]);
    paths.extend(closure.modules.iter().chain(&closure.paths).cloned());
    // What a person says that the workspace depends on, its code may read in ways that are not seen.
    paths.extend(
        source
            .trigger_prefixes
            .0
            .iter()
            .map(|prefix| prefix.trim_matches('/').to_owned()),
    );
    paths.extend(
        source
            .trigger_patterns
            .0
            .iter()
            .map(|pattern| patterns::literal_directory(pattern)),
    );
    (!paths.contains("")).then(|| paths.into_iter().collect())
}

/// The kind of a forge as the origin of a configuration version; TFE's words where it has them.
fn source_word(kind: Option<ForgeKind>) -> &'static str {
    match kind {
        Some(ForgeKind::Github) => "github",
        Some(ForgeKind::Gitlab) => "gitlab",
        Some(ForgeKind::Bitbucket | ForgeKind::BitbucketDataCenter) => "bitbucket",
        Some(ForgeKind::AzureDevops) => "ado",
        Some(ForgeKind::Gitea) => "gitea",
        Some(ForgeKind::Git) | None => "git",
    }
}
