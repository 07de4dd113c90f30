//! Pull requests: what merging them would change, workspace by workspace.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::{RunId, WorkspaceId};
use crate::jsonapi::Attributes;
use crate::runner::Counts;
use crate::runs::RunStatus;

/// A pull request to a repository that workspaces come from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PullRequest {
    /// Its number at its forge.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Where people look at it.
    pub url: String,
    /// Who opened it, as the forge calls them.
    pub author: String,
    /// Where it stands.
    pub state: PullRequestState,
    /// The branch that it comes from.
    pub head_branch: String,
    /// The newest commit that it offers.
    pub head_commit: String,
    /// The branch that it goes to.
    pub base_branch: String,
    /// Whether its commits come from another repository.
    pub is_fork: bool,
    /// Whether its newest commit waits for somebody to let it be planned.
    pub is_waiting_for_allow: bool,
    /// Who let a fork's commit be planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<String>,
    /// Files that contradict the branch that it goes to.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// What the newest command came to, when there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The workspaces that it concerns, as far as the caller may see them.
    #[serde(default)]
    pub workspaces: Vec<PullRequestWorkspace>,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When the forge last told of a change.
    pub updated_at: Timestamp,
}

impl Attributes for PullRequest {
    const TYPE: &'static str = "pull-requests";
}

/// Where a pull request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PullRequestState {
    /// Open, and not ready by its own words.
    Draft,
    /// Open.
    Open,
    /// Its commits are in the branch that it goes to.
    Merged,
    /// Closed without its commits.
    Closed,
}

impl PullRequestState {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }
}

/// A workspace that a pull request concerns.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PullRequestWorkspace {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Why it is concerned.
    pub reason: String,
    /// Why it is not planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Its newest plan, which may have been applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// How far that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// What it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Whether the plan is applied by a command, before the merge.
    pub is_applied_before: bool,
    /// Whether the request keeps the workspace locked.
    pub is_locked: bool,
}

/// What to plan of a pull request.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PullRequestPlan {
    /// Only in these workspaces, by name; in all that are concerned when empty.
    #[serde(default)]
    pub workspaces: Vec<String>,
}
