//! What GitLab's API has, as far as we read it.

use serde::Deserialize;

use crate::forges::client::shortened;
use crate::forges::model::{ForgeRepository, Person, PullRequest, PullRequestState};

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) username: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            login: user.username,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Project {
    pub(super) id: u64,
    pub(super) path_with_namespace: String,
    description: Option<String>,
    default_branch: Option<String>,
    http_url_to_repo: String,
    web_url: String,
    visibility: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    empty_repo: bool,
}

impl From<Project> for ForgeRepository {
    fn from(project: Project) -> Self {
        let is_empty = project.empty_repo;
        Self {
            id: project.id.to_string(),
            full_name: project.path_with_namespace,
            description: project.description.filter(|text| !text.is_empty()),
            default_branch: project.default_branch.filter(|name| !name.is_empty() && !is_empty),
            clone_url: project.http_url_to_repo,
            web_url: project.web_url,
            is_private: project.visibility.as_deref() != Some("public"),
            is_archived: project.archived,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct MergeRequest {
    iid: u64,
    title: String,
    web_url: String,
    pub(super) author: User,
    sha: Option<String>,
    source_branch: String,
    target_branch: String,
    source_project_id: Option<u64>,
    target_project_id: Option<u64>,
    #[serde(default)]
    draft: bool,
    state: String,
}

impl From<MergeRequest> for PullRequest {
    fn from(request: MergeRequest) -> Self {
        Self {
            number: request.iid,
            title: shortened(&request.title),
            web_url: request.web_url,
            author: request.author.into(),
            head_commit: request.sha.unwrap_or_default(),
            head_branch: request.source_branch,
            base_branch: request.target_branch,
            head_ref: format!("refs/merge-requests/{}/head", request.iid),
            is_fork: request.source_project_id.is_none() || request.source_project_id != request.target_project_id,
            is_draft: request.draft,
            state: match request.state.as_str() {
                "merged" => PullRequestState::Merged,
                "closed" => PullRequestState::Closed,
                _ => PullRequestState::Open,
            },
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Note {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) body: String,
    pub(super) author: User,
    #[serde(default)]
    pub(super) system: bool,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) full_path: String,
}

#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) id: u64,
}

/// What a token says of itself.
#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    /// The same, as OAuth's tokens say it.
    #[serde(default)]
    pub(super) scope: Vec<String>,
    /// A day: it ends when the day begins.
    pub(super) expires_at: Option<String>,
    /// OAuth's.
    pub(super) expires_in: Option<u64>,
}
