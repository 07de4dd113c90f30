//! What the API and the webhooks of Bitbucket Data Center have, as far as we read it.

use serde::Deserialize;

use crate::forges::client::shortened;
use crate::forges::model::{Person, PullRequest as Request, PullRequestState};

#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::forges) struct User {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    pub(in crate::forges) name: String,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            login: shortened(&user.name),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Repository {
    pub(in crate::forges) id: u64,
    slug: String,
    project: Project,
    pub(in crate::forges) description: Option<String>,
    #[serde(default)]
    pub(in crate::forges) public: bool,
    #[serde(default)]
    pub(in crate::forges) archived: bool,
    #[serde(default)]
    pub(in crate::forges) links: Links,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Project {
    pub(in crate::forges) key: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::forges) struct Links {
    #[serde(default)]
    pub(in crate::forges) clone: Vec<Link>,
    #[serde(default, rename = "self")]
    pub(in crate::forges) itself: Vec<Link>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Link {
    pub(in crate::forges) href: String,
    #[serde(default)]
    pub(in crate::forges) name: String,
}

impl Repository {
    /// `PROJECT/name`; `~user/name` where it is a person's.
    pub(in crate::forges) fn full_name(&self) -> String {
        format!("{}/{}", self.project.key, self.slug)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct PullRequest {
    id: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    draft: bool,
    author: Option<Participant>,
    from_ref: Side,
    to_ref: Side,
    #[serde(default)]
    links: Links,
}

#[derive(Debug, Clone, Deserialize)]
struct Participant {
    user: User,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    id: String,
    #[serde(default)]
    latest_commit: String,
    repository: Option<Numbered>,
}

#[derive(Debug, Clone, Deserialize)]
struct Numbered {
    id: u64,
}

impl From<PullRequest> for Request {
    fn from(request: PullRequest) -> Self {
        let home = |side: &Side| side.repository.as_ref().map(|repository| repository.id);
        let branch = |side: &Side| side.id.strip_prefix("refs/heads/").unwrap_or(&side.id).to_owned();
        Self {
            number: request.id,
            title: shortened(&request.title),
            web_url: request
                .links
                .itself
                .into_iter()
                .next()
                .map(|link| link.href)
                .unwrap_or_default(),
            author: request.author.map(|author| author.user).unwrap_or_default().into(),
            head_branch: branch(&request.from_ref),
            base_branch: branch(&request.to_ref),
            head_ref: format!("refs/pull-requests/{}/from", request.id),
            is_fork: home(&request.from_ref).is_none() || home(&request.from_ref) != home(&request.to_ref),
            head_commit: request.from_ref.latest_commit,
            is_draft: request.draft,
            state: match request.state.as_str() {
                "MERGED" => PullRequestState::Merged,
                "DECLINED" => PullRequestState::Closed,
                _ => PullRequestState::Open,
            },
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Comment {
    pub(in crate::forges) id: u64,
    #[serde(default)]
    pub(in crate::forges) version: u64,
    #[serde(default)]
    pub(in crate::forges) text: String,
    pub(in crate::forges) author: Option<User>,
}

/// A page of what Bitbucket lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::forges) struct Page<T> {
    pub(in crate::forges) values: Vec<T>,
    #[serde(default)]
    pub(in crate::forges) is_last_page: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Hook {
    pub(in crate::forges) id: u64,
    #[serde(default)]
    pub(in crate::forges) url: String,
    #[serde(default)]
    pub(in crate::forges) active: bool,
    #[serde(default)]
    pub(in crate::forges) events: Vec<String>,
}
