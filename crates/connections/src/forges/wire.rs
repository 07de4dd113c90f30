//! What GitHub's API and webhooks have, and Gitea's after it: repositories, people, pull requests, comments.
//!
//! Only what we read, and everything that may be missing is optional: a field more or less is no reason to fail.

use serde::Deserialize;

use super::client::shortened;
use super::model::{ForgeError, ForgeRepository, Person, PullRequest, PullRequestState, Written};

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) id: u64,
    #[serde(default)]
    pub(super) login: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            login: shortened(&user.login),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) full_name: String,
    pub(super) description: Option<String>,
    pub(super) default_branch: Option<String>,
    #[serde(default)]
    pub(super) clone_url: String,
    #[serde(default)]
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) private: bool,
    #[serde(default)]
    pub(super) archived: bool,
    /// Gitea's; GitHub says nothing of the kind.
    #[serde(default)]
    pub(super) empty: bool,
}

impl From<Repository> for ForgeRepository {
    fn from(found: Repository) -> Self {
        let is_empty = found.empty;
        Self {
            id: found.id.to_string(),
            full_name: found.full_name,
            description: found.description.filter(|text| !text.is_empty()),
            default_branch: found.default_branch.filter(|name| !name.is_empty() && !is_empty),
            clone_url: found.clone_url,
            web_url: found.html_url,
            is_private: found.private,
            is_archived: found.archived,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    number: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    html_url: String,
    user: Option<User>,
    #[serde(default)]
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    merged: bool,
    merged_at: Option<String>,
    head: Side,
    base: Side,
}

#[derive(Debug, Clone, Deserialize)]
struct Side {
    #[serde(rename = "ref", default)]
    branch: String,
    #[serde(default)]
    sha: String,
    /// None when the repository that it comes from was deleted.
    repo: Option<SideRepository>,
}

#[derive(Debug, Clone, Deserialize)]
struct SideRepository {
    id: u64,
}

impl From<Pull> for PullRequest {
    fn from(pull: Pull) -> Self {
        let is_merged = pull.merged || pull.merged_at.is_some();
        let home = |side: &Side| side.repo.as_ref().map(|repository| repository.id);
        Self {
            number: pull.number,
            title: shortened(&pull.title),
            web_url: pull.html_url,
            author: pull.user.unwrap_or_default().into(),
            is_fork: home(&pull.head).is_none() || home(&pull.head) != home(&pull.base),
            head_commit: pull.head.sha,
            head_branch: pull.head.branch,
            base_branch: pull.base.branch,
            head_ref: format!("refs/pull/{}/head", pull.number),
            is_draft: pull.draft,
            state: match pull.state.as_str() {
                _ if is_merged => PullRequestState::Merged,
                "closed" => PullRequestState::Closed,
                _ => PullRequestState::Open,
            },
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) body: String,
    pub(super) user: Option<User>,
    /// GitHub: set when an app wrote it.
    pub(super) performed_via_github_app: Option<App>,
    /// What it stands in: GitHub's address of the issue that a pull request is.
    #[serde(default)]
    issue_url: String,
    /// Gitea's address of the pull request; empty in an issue.
    #[serde(default)]
    pull_request_url: String,
}

impl Comment {
    /// As it was written; both forges find it by its id alone, in whatever it stands.
    pub(super) fn written(self, number: u64) -> Result<Written, ForgeError> {
        let number = number.to_string();
        let places = [&self.issue_url, &self.pull_request_url];
        let mut ends = places.iter().filter_map(|place| place.rsplit('/').next());
        if !ends.any(|end| end == number) {
            return Err(ForgeError::Missing(format!("the comment {} in #{number}", self.id)));
        }
        Ok(Written {
            author: self.user.unwrap_or_default().into(),
            body: self.body,
        })
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct App {
    pub(super) id: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Hook {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) active: bool,
    #[serde(default)]
    pub(super) events: Vec<String>,
    #[serde(default)]
    pub(super) config: HookConfig,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct HookConfig {
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) content_type: String,
}

impl Hook {
    /// Whether it is switched on, sends JSON, and for all of these events.
    pub(super) fn is_whole(&self, events: &[&str]) -> bool {
        let has = |wanted: &&str| self.events.iter().any(|event| event == wanted);
        self.active && self.config.content_type == "json" && events.iter().all(has)
    }
}
