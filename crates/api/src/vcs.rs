//! What a workspace has to do with Git: its repository, the commits of its configurations, what a commit concerns.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::{IntegrationId, OauthTokenId, RepositoryId};
use crate::jsonapi::Attributes;

/// The repository that a workspace's configuration comes from (TFE's shape).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VcsRepo {
    /// Its name at its forge, or its whole address.
    pub identifier: String,
    /// The same, for people.
    pub display_identifier: String,
    /// The branch; empty for the repository's default.
    pub branch: String,
    /// Only tags that match this regular expression start runs; branches do not, then.
    pub tags_regex: Option<String>,
    /// Whether submodules are fetched.
    pub ingress_submodules: bool,
    /// Whether large files (Git LFS) are fetched.
    #[serde(default)]
    pub large_files: bool,
    /// What opens the repository, as TFE names it.
    pub oauth_token_id: Option<OauthTokenId>,
    /// What opens the repository.
    #[serde(default)]
    pub integration_id: Option<IntegrationId>,
    /// The repository.
    pub repository_id: RepositoryId,
    /// Where people look at it.
    pub repository_http_url: Option<String>,
    /// Kind of its forge.
    pub service_provider: String,
    /// The newest commit that a configuration was made of.
    #[serde(default)]
    pub commit_sha: Option<String>,
}

/// Changes to a workspace's repository; what is absent stays, or is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VcsRepoSettings {
    /// Its name at the integration's forge (`group/name`), or its whole address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The branch; empty for the repository's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Only tags that match this regular expression start runs; empty for none, so that the branch does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags_regex: Option<String>,
    /// Whether submodules are fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress_submodules: Option<bool>,
    /// Whether large files (Git LFS) are fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub large_files: Option<bool>,
    /// What opens the repository, as TFE names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_token_id: Option<OauthTokenId>,
    /// What opens the repository; nothing for one that everybody may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<IntegrationId>,
    /// Taken and not used, as programs for TFE send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_identifier: Option<String>,
}

/// When a pull request's changes are applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyPolicy {
    /// When they are merged.
    #[default]
    AfterMerge,
    /// By `slipway apply` in the pull request, which locks the workspace until it is merged or closed.
    BeforeMerge,
}

/// What pull requests from forks start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ForkPolicy {
    /// A plan without secrets, after a permitted person wrote `slipway allow`.
    #[default]
    Ask,
    /// Nothing.
    Never,
}

/// The commit of a run, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunCommit {
    /// The repository; it may be gone.
    pub repository_id: RepositoryId,
    /// Its id.
    pub sha: String,
    /// Where people look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// The branch that it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The tag that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The pull request that it offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request_number: Option<u64>,
    /// Where people look at that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request_url: Option<String>,
    /// What became of it since, when that matters: it is no longer on its branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// The commit of a configuration version (TFE's shape).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct IngressAttributes {
    /// The branch.
    pub branch: Option<String>,
    /// Where the repository is cloned from.
    pub clone_url: String,
    /// The commit's message.
    pub commit_message: String,
    /// The commit.
    pub commit_sha: String,
    /// Where people look at it.
    pub commit_url: Option<String>,
    /// Who wrote it.
    pub commit_author: String,
    /// When, as it says.
    pub committed_at: Timestamp,
    /// The repository's name at its forge.
    pub identifier: String,
    /// Whether it is the result of merging a pull request.
    pub is_pull_request: bool,
    /// Whether it is on the repository's default branch.
    pub on_default_branch: bool,
    /// The pull request.
    pub pull_request_number: Option<u64>,
    /// Where people look at it.
    pub pull_request_url: Option<String>,
    /// The newest commit that the pull request offers.
    pub pull_request_head_sha: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// Who pushed it, as the forge calls them.
    pub sender_username: Option<String>,
}

impl Attributes for IngressAttributes {
    const TYPE: &'static str = "ingress-attributes";
}

/// A workspace that a commit concerns; its id is the workspace's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AffectedWorkspace {
    /// Its name.
    pub name: String,
    /// What the commit would start: `plan`, `plan-and-apply`, `pipeline`, or `nothing`.
    pub starts: String,
    /// Why, in a sentence.
    pub reason: String,
    /// The directory that it runs in.
    pub working_directory: String,
}

impl Attributes for AffectedWorkspace {
    const TYPE: &'static str = "affected-workspaces";
}
