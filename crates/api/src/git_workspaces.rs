//! Git workspaces: repositories that the code of resources is kept in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{IntegrationId, ResourceChangeId};
use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// How changes come to the branch that code is kept on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum GitWorkspaceMode {
    /// A planned change is a branch, which is merged when the change is confirmed.
    #[default]
    Push,
    /// A planned change is a pull request at the repository's forge: merging it approves the change, closing it rejects the
    /// change, as far as whoever did it may do that here.
    PullRequest,
}

impl GitWorkspaceMode {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::PullRequest => "pull-request",
        }
    }
}

/// A repository that the generated code of projects' resources is kept in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GitWorkspace {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its repository: `group/name` at its forge.
    pub repository: String,
    /// Where that is cloned from.
    pub address: String,
    /// Where people look at it.
    pub web_url: Option<String>,
    /// The branch that the code is kept on; null for the repository's default branch.
    pub branch: Option<String>,
    /// The directory that it is kept below; empty for the top.
    pub directory: String,
    /// How changes come to that branch.
    pub mode: GitWorkspaceMode,
    /// How many resources have code in it, or shall have.
    pub resource_count: u64,
    /// How many of them have a problem.
    pub problem_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for GitWorkspace {
    const TYPE: &'static str = "git-workspaces";
}

/// Where generated code is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewGitWorkspace {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The repository's full name at the integration's forge (`group/name`), or its whole address.
    pub identifier: String,
    /// The integration that may push to it; null where everybody may.
    #[serde(default)]
    pub integration_id: Option<IntegrationId>,
    /// The branch that the code is kept on; the repository's default branch when absent.
    #[serde(default)]
    pub branch: Option<String>,
    /// The directory that it is kept below; the top when absent.
    #[serde(default)]
    pub directory: String,
    /// How changes come to that branch; pull requests need a repository of an integration of a forge.
    #[serde(default)]
    pub mode: GitWorkspaceMode,
}

impl Attributes for NewGitWorkspace {
    const TYPE: &'static str = GitWorkspace::TYPE;
}

/// Changes of a git workspace; what is absent stays. Its repository never changes, its branch and directory not while there is
/// code in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GitWorkspaceChanges {
    /// Unique in its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The branch that the code is kept on; null for the repository's default branch.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    pub branch: Option<Option<String>>,
    /// The directory that it is kept below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// How changes come to that branch; pull requests need a repository of an integration of a forge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<GitWorkspaceMode>,
}

impl Attributes for GitWorkspaceChanges {
    const TYPE: &'static str = GitWorkspace::TYPE;
}

/// How far the code of a resource is in its git workspace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum GitStatus {
    /// Nothing is in the repository yet.
    #[default]
    Pending,
    /// A change of it waits on a branch of its own.
    Proposed,
    /// It is as the resource is.
    Merged,
    /// It was removed.
    Removed,
    /// It does not go on: see the problem.
    Blocked,
}

impl GitStatus {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Proposed => "proposed",
            Self::Merged => "merged",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
        }
    }
}

/// The code of a resource in a git workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GitWorkspaceResource {
    /// What people call the resource: `network/main`.
    pub name: String,
    /// How far it is.
    pub status: GitStatus,
    /// Its directory, from the top of the repository.
    pub directory: String,
    /// The commit that brought it as it is on the git workspace's branch.
    pub commit: Option<String>,
    /// The branch that a change of it waits on.
    pub branch: Option<String>,
    /// The newest commit of that.
    pub branch_commit: Option<String>,
    /// The change.
    pub change: Option<ResourceChangeId>,
    /// The newest pull request with a change of it.
    pub pull_request: Option<ProposedPullRequest>,
    /// Why it does not go on, and what to do.
    pub problem: Option<String>,
    /// When it was last looked at.
    pub updated_at: Timestamp,
}

impl Attributes for GitWorkspaceResource {
    const TYPE: &'static str = "git-workspace-resources";
}

/// Where the pull request with a change stands, as far as its forge was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ProposedState {
    /// It can be merged or closed.
    Open,
    /// It was merged.
    Merged,
    /// It was closed without its commits.
    Closed,
}

impl ProposedState {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }
}

/// The pull request with a change of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProposedPullRequest {
    /// Its number at the repository.
    pub number: i64,
    /// Where people look at it.
    pub web_url: String,
    /// Where it stands.
    pub state: ProposedState,
    /// The change.
    pub change: Option<ResourceChangeId>,
    /// Who merged or closed it, as the forge calls them.
    pub ended_by: Option<String>,
}
