//! What Bitbucket Cloud's API and webhooks have, as far as we read it.

use serde::Deserialize;
use url::Url;

use crate::forges::client::shortened;
use crate::forges::model::{ForgeRepository, Person, PullRequest as Request, PullRequestState};

#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::forges) struct User {
    #[serde(default)]
    pub(in crate::forges) uuid: String,
    #[serde(default)]
    pub(in crate::forges) nickname: String,
    #[serde(default)]
    pub(in crate::forges) display_name: String,
}

impl User {
    /// Bitbucket has no logins any more: the nickname is the nearest to one, and bots have only a name.
    pub(in crate::forges) fn login(&self) -> String {
        let is_named = !self.nickname.is_empty();
        shortened(if is_named { &self.nickname } else { &self.display_name })
    }
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            login: user.login(),
            id: user.uuid,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Repository {
    pub(in crate::forges) uuid: String,
    pub(in crate::forges) full_name: String,
    description: Option<String>,
    mainbranch: Option<Branch>,
    #[serde(default)]
    is_private: bool,
    #[serde(default)]
    links: Links,
}

#[derive(Debug, Clone, Deserialize)]
struct Branch {
    name: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Links {
    html: Option<Link>,
    #[serde(default)]
    clone: Vec<NamedLink>,
}

#[derive(Debug, Clone, Deserialize)]
struct Link {
    href: String,
}

#[derive(Debug, Clone, Deserialize)]
struct NamedLink {
    name: String,
    href: String,
}

impl From<Repository> for ForgeRepository {
    fn from(found: Repository) -> Self {
        let clone = found.links.clone.into_iter().find(|link| link.name == "https");
        Self {
            id: found.uuid,
            description: found.description.filter(|text| !text.is_empty()),
            default_branch: found.mainbranch.map(|branch| branch.name),
            clone_url: clone.map(|link| without_user(&link.href)).unwrap_or_default(),
            web_url: found.links.html.map(|link| link.href).unwrap_or_default(),
            full_name: found.full_name,
            is_private: found.is_private,
            is_archived: false,
        }
    }
}

/// Bitbucket and Azure DevOps put a user's name into addresses to clone from.
pub(in crate::forges) fn without_user(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return address.to_owned();
    };
    // Both fail only for addresses that have no user to begin with.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct PullRequest {
    id: u64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    draft: bool,
    author: Option<User>,
    source: Side,
    destination: Side,
    #[serde(default)]
    links: Links,
}

#[derive(Debug, Clone, Deserialize)]
struct Side {
    branch: Branch,
    commit: Option<Commit>,
    /// None when the repository that it comes from was deleted.
    repository: Option<Named>,
}

#[derive(Debug, Clone, Deserialize)]
struct Commit {
    /// Its first twelve digits.
    hash: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    uuid: String,
}

impl From<PullRequest> for Request {
    fn from(request: PullRequest) -> Self {
        let home = |side: &Side| side.repository.as_ref().map(|repository| repository.uuid.clone());
        let is_fork = home(&request.source).is_none() || home(&request.source) != home(&request.destination);
        let head_branch = request.source.branch.name;
        Self {
            number: request.id,
            title: shortened(&request.title),
            web_url: request.links.html.map(|link| link.href).unwrap_or_default(),
            author: request.author.unwrap_or_default().into(),
            head_commit: request.source.commit.map(|commit| commit.hash).unwrap_or_default(),
            base_branch: request.destination.branch.name,
            // There is no ref of a pull request: of a fork's nothing can be fetched from here.
            head_ref: if is_fork {
                String::new()
            } else {
                format!("refs/heads/{head_branch}")
            },
            head_branch,
            is_fork,
            is_draft: request.draft,
            state: match request.state.as_str() {
                "MERGED" => PullRequestState::Merged,
                "DECLINED" | "SUPERSEDED" => PullRequestState::Closed,
                _ => PullRequestState::Open,
            },
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Comment {
    pub(in crate::forges) id: u64,
    #[serde(default)]
    pub(in crate::forges) content: Content,
    pub(in crate::forges) user: Option<User>,
    #[serde(default)]
    pub(in crate::forges) deleted: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::forges) struct Content {
    #[serde(default)]
    pub(in crate::forges) raw: String,
}

/// A page of what Bitbucket lists.
#[derive(Debug, Deserialize)]
pub(in crate::forges) struct Page<T> {
    pub(in crate::forges) values: Vec<T>,
    /// Where the next one is.
    pub(in crate::forges) next: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in crate::forges) struct Hook {
    pub(in crate::forges) uuid: String,
    #[serde(default)]
    pub(in crate::forges) url: String,
    #[serde(default)]
    pub(in crate::forges) active: bool,
    #[serde(default)]
    pub(in crate::forges) events: Vec<String>,
}
