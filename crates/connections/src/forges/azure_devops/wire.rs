//! What the API and the service hooks of Azure DevOps have, as far as we read it.

use std::time::Duration;

use serde::Deserialize;
use slipway_api::Timestamp;

use crate::forges::bitbucket::wire::without_user;
use crate::forges::client::shortened;
use crate::forges::model::{ForgeRepository, Person, PullRequest as Request, PullRequestState};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct Identity {
    #[serde(default)]
    pub(in crate::forges) id: String,
    /// A mail address, or what an application is called by.
    #[serde(default)]
    unique_name: String,
    #[serde(default)]
    display_name: String,
}

impl From<Identity> for Person {
    fn from(identity: Identity) -> Self {
        let is_named = !identity.unique_name.is_empty();
        let login = if is_named {
            &identity.unique_name
        } else {
            &identity.display_name
        };
        Self {
            login: shortened(login),
            id: identity.id,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct Repository {
    pub(in crate::forges) id: String,
    name: String,
    pub(in crate::forges) project: Project,
    default_branch: Option<String>,
    #[serde(default)]
    remote_url: String,
    web_url: Option<String>,
    #[serde(default)]
    is_disabled: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Project {
    #[serde(default)]
    pub(in crate::forges) id: String,
    pub(in crate::forges) name: String,
    visibility: Option<String>,
}

impl Repository {
    /// `project/name`.
    pub(in crate::forges) fn full_name(&self) -> String {
        format!("{}/{}", self.project.name, self.name)
    }

    fn page(&self) -> String {
        self.web_url.clone().unwrap_or_else(|| without_user(&self.remote_url))
    }
}

impl From<Repository> for ForgeRepository {
    fn from(found: Repository) -> Self {
        let branch = found.default_branch.as_deref();
        Self {
            full_name: found.full_name(),
            description: None,
            default_branch: branch.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()),
            clone_url: without_user(&found.remote_url),
            web_url: found.page(),
            is_private: found.project.visibility.as_deref() != Some("public"),
            is_archived: found.is_disabled,
            id: found.id,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct PullRequest {
    pull_request_id: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    is_draft: bool,
    pub(in crate::forges) created_by: Option<Identity>,
    source_ref_name: String,
    target_ref_name: String,
    last_merge_source_commit: Option<Commit>,
    /// Set when it comes from another repository.
    fork_source: Option<serde::de::IgnoredAny>,
    repository: Option<Repository>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    commit_id: String,
}

impl From<PullRequest> for Request {
    fn from(request: PullRequest) -> Self {
        let branch = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        let number = request.pull_request_id;
        let page = request
            .repository
            .map(|repository| repository.page())
            .unwrap_or_default();
        let is_fork = request.fork_source.is_some();
        Self {
            number,
            title: shortened(&request.title),
            web_url: format!("{page}/pullrequest/{number}"),
            author: request.created_by.unwrap_or_default().into(),
            head_commit: request
                .last_merge_source_commit
                .map(|commit| commit.commit_id)
                .unwrap_or_default(),
            head_branch: branch(&request.source_ref_name),
            base_branch: branch(&request.target_ref_name),
            // Of a fork's only the merge result is here, with the offered commit as its second parent.
            head_ref: if is_fork {
                format!("refs/pull/{number}/merge")
            } else {
                request.source_ref_name
            },
            is_fork,
            is_draft: request.is_draft,
            state: match request.status.as_str() {
                "completed" => PullRequestState::Merged,
                "abandoned" => PullRequestState::Closed,
                _ => PullRequestState::Open,
            },
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct Comment {
    pub(in crate::forges) id: u64,
    pub(in crate::forges) content: Option<String>,
    pub(in crate::forges) author: Option<Identity>,
    #[serde(default)]
    pub(in crate::forges) is_deleted: bool,
    published_date: Option<String>,
    last_content_updated_date: Option<String>,
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Debug, Clone, Deserialize)]
struct Links {
    #[serde(rename = "self")]
    itself: Option<Link>,
}

#[derive(Debug, Clone, Deserialize)]
struct Link {
    href: String,
}

impl Comment {
    /// Whether it says something else than it did when it was written.
    pub(in crate::forges) fn is_edited(&self) -> bool {
        let moment = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        let times = moment(&self.published_date).zip(moment(&self.last_content_updated_date));
        // Both are set when it is written, a moment apart.
        times.is_some_and(|(written, changed)| changed.since(written) > Duration::from_secs(2))
    }

    /// The thread's id and its own, as it is found by: `12.1`. Its own alone where the thread is not told.
    pub(in crate::forges) fn full_id(&self) -> String {
        let address = self
            .links
            .as_ref()
            .and_then(|links| links.itself.as_ref())
            .map(|link| link.href.as_str());
        let thread = address.and_then(|address| address.split_once("/threads/"));
        let thread = thread.and_then(|(_, after)| after.split('/').next());
        let is_number = |text: &&str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
        match thread.filter(is_number) {
            Some(thread) => format!("{thread}.{}", self.id),
            None => self.id.to_string(),
        }
    }
}
