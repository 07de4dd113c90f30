//! What forges have in common, as plain values, and the trait that each of them has.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use zeroize::Zeroizing;

use super::proposals::Proposals;

/// Which program a forge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForgeKind {
    /// GitHub, also Enterprise Server.
    Github,
    /// GitLab, also self-managed.
    Gitlab,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Bitbucket Data Center.
    BitbucketDataCenter,
    /// Azure DevOps Services and Server.
    AzureDevops,
    /// Gitea and Forgejo.
    Gitea,
    /// A Git server that is no forge: refs and files, nothing else.
    Git,
}

/// Why a forge did not do it. Texts never hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// It does not believe the credentials: they were revoked, expired or mistyped.
    #[error("{0} does not accept the credentials; they may have been revoked or have expired")]
    Credentials(String),
    /// The credentials lack a right, which is named as the forge names it.
    #[error("{forge} says that the credentials lack a right: {right}")]
    Right {
        /// The forge's host.
        forge: String,
        /// The missing right.
        right: String,
    },
    /// There is no such thing there, or the credentials cannot see it.
    #[error("{0} is not there, or the credentials cannot see it")]
    Missing(String),
    /// It asked to come back later.
    #[error("{forge} asks to wait until {until}")]
    Busy {
        /// The forge's host.
        forge: String,
        /// From when it may be asked again.
        until: Timestamp,
    },
    /// It cannot be reached or fails by itself: another try may succeed.
    #[error("{0}")]
    Away(String),
    /// It refuses what was asked for, and will again.
    #[error("{0}")]
    Refused(String),
    /// This kind of forge has nothing of the kind.
    #[error("{0} cannot do that")]
    Unsupported(String),
}

/// What a forge can do for us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Capabilities {
    /// List and search repositories.
    pub repositories: bool,
    /// Deliver to webhooks.
    pub webhooks: bool,
    /// Show statuses of commits.
    pub statuses: bool,
    /// Pull requests with comments.
    pub pull_requests: bool,
}

/// Whom the credentials are, and what they lack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Account {
    /// The login or the application's name.
    pub name: String,
    /// Rights that we need for something and the credentials lack, in the forge's words, each with what it is for.
    pub missing: Vec<MissingRight>,
    /// When the credentials expire, where the forge says so.
    pub expires_at: Option<Timestamp>,
}

/// A right that the credentials lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MissingRight {
    /// As the forge calls it: `write:repository`.
    pub right: String,
    /// What does not work without it.
    pub needed_for: String,
}

/// A repository as its forge describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ForgeRepository {
    /// The forge's own id, which stays when the repository is renamed.
    pub id: String,
    /// Where it is at the forge: `group/subgroup/name`.
    pub full_name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The branch that is the newest by default; none while it is empty.
    pub default_branch: Option<String>,
    /// Where it is cloned from over HTTPS (or HTTP).
    pub clone_url: String,
    /// Where people look at it.
    pub web_url: String,
    /// Whether only some may see it.
    pub is_private: bool,
    /// Whether nothing can be changed any more.
    pub is_archived: bool,
}

/// Which repositories are wanted.
#[derive(Debug, Clone, Default)]
pub struct RepositoryQuery {
    /// Part of the name; all when empty.
    pub search: String,
    /// Only those of this group (organization, workspace, project), by its full name; all when none.
    pub group: Option<String>,
    /// From 1.
    pub page: u32,
    /// At most 100.
    pub page_size: u32,
}

/// A page of things, and whether there is another.
#[derive(Debug, Clone)]
pub struct ForgePage<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Whether there is a next one.
    pub has_next: bool,
}

/// A group of repositories: organization, group, workspace, project or user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// The full name, as it stands before a repository's.
    pub name: String,
}

/// The webhook that a repository shall have.
pub struct HookWish {
    /// Where it delivers to; how we find our own again.
    pub url: String,
    /// What it signs with.
    pub secret: Zeroizing<String>,
}

/// A webhook that a repository has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteHook {
    /// The forge's id of it.
    pub id: String,
    /// Whether it is switched on and delivers everything that we ask for. What it signs with, no forge says.
    pub is_whole: bool,
}

/// A pull request, merge request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PullRequest {
    /// Its number at the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Where people look at it.
    pub web_url: String,
    /// Who opened it.
    pub author: Person,
    /// The newest commit that it offers.
    pub head_commit: String,
    /// The branch that it comes from, without `refs/heads/`.
    pub head_branch: String,
    /// The branch that it goes to, without `refs/heads/`.
    pub base_branch: String,
    /// The ref that its commits can be fetched by: `refs/pull/7/head`.
    pub head_ref: String,
    /// Whether its commits come from another repository.
    pub is_fork: bool,
    /// Whether it says of itself that it is not ready.
    pub is_draft: bool,
    /// Where it stands.
    pub state: PullRequestState,
}

/// Where a pull request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullRequestState {
    /// Open.
    Open,
    /// Closed without its commits.
    Closed,
    /// Its commits are in the base branch.
    Merged,
}

/// Somebody at a forge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Person {
    /// The forge's own id, which stays when he is renamed.
    pub id: String,
    /// The login.
    pub login: String,
}

/// How far something is with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusState {
    /// It goes on, or waits for a person.
    Pending,
    /// It went well.
    Success,
    /// It went wrong.
    Failure,
    /// Nothing could be said.
    Error,
}

/// What is shown beside a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CommitStatus {
    /// Tells it from others of the same commit; the newest with a context counts.
    pub context: String,
    /// How far.
    pub state: StatusState,
    /// In a few words; cut to what the forge takes.
    pub description: String,
    /// Where to read more.
    pub target_url: String,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The forge's id of it.
    pub id: String,
    /// What it says.
    pub body: String,
}

/// A comment as its forge has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Who wrote it.
    pub author: Person,
    /// What it says.
    pub body: String,
}

/// How we show that a comment was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// It was seen.
    Seen,
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// A forge with credentials. Names of repositories are full names: `group/name`.
#[async_trait]
pub trait Forge: Proposals {
    /// Which kind it is.
    fn kind(&self) -> ForgeKind;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// What opens its repositories.
    ///
    /// # Errors
    ///
    /// Those of getting a fresh token, where that is needed.
    async fn clone_credentials(&self) -> Result<slipway_git::Credentials, ForgeError>;

    /// Whom the credentials are and what they lack: the test of a connection.
    async fn account(&self) -> Result<Account, ForgeError>;

    /// Groups that the credentials see.
    async fn groups(&self, page: u32) -> Result<ForgePage<Group>, ForgeError>;

    /// Repositories that the credentials see.
    async fn repositories(&self, query: &RepositoryQuery) -> Result<ForgePage<ForgeRepository>, ForgeError>;

    /// A repository by its full name, also by an earlier one where the forge follows.
    async fn repository(&self, full_name: &str) -> Result<ForgeRepository, ForgeError>;

    /// The webhook of a repository that delivers to `url`, without changing anything: whether there is something to mend.
    async fn hook(&self, repository: &str, url: &str) -> Result<Option<RemoteHook>, ForgeError>;

    /// Sets the webhook of a repository: makes it, or mends the one with the same address, and gives it this secret. Its
    /// id may be another afterwards.
    async fn set_hook(&self, repository: &str, wish: &HookWish) -> Result<RemoteHook, ForgeError>;

    /// Removes a webhook; one that is gone is a success.
    async fn remove_hook(&self, repository: &str, hook: &str) -> Result<(), ForgeError>;

    /// A pull request.
    async fn pull_request(&self, repository: &str, number: u64) -> Result<PullRequest, ForgeError>;

    /// The open pull requests, newest first; at most 500.
    async fn open_pull_requests(&self, repository: &str) -> Result<Vec<PullRequest>, ForgeError>;

    /// Shows a status beside a commit.
    async fn set_status(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError>;

    /// The comments of a pull request by the credentials' own account that hold `marker`, oldest first.
    async fn own_comments(&self, repository: &str, number: u64, marker: &str) -> Result<Vec<Comment>, ForgeError>;

    /// A comment of a pull request, whoever wrote it: `Missing` when it is another request's or was deleted.
    async fn written(&self, repository: &str, number: u64, comment: &str) -> Result<Written, ForgeError>;

    /// Writes a comment and gives its id.
    async fn comment(&self, repository: &str, number: u64, body: &str) -> Result<String, ForgeError>;

    /// Changes a comment of ours.
    async fn change_comment(&self, repository: &str, number: u64, comment: &str, body: &str) -> Result<(), ForgeError>;

    /// Answers a comment with a reaction, where the forge has any.
    async fn react(&self, repository: &str, number: u64, comment: &str, reaction: Reaction) -> Result<(), ForgeError>;
}

/// What a delivery says, after its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Incoming {
    /// Refs moved, came or went. Only a hint: what is true is fetched.
    Push {
        /// Who did it.
        sender: Person,
        /// The refs that it names, whole: `refs/heads/main`.
        refs: Vec<String>,
    },
    /// A pull request was opened, changed, closed or reopened. Only a hint, too.
    PullRequest {
        /// Who did it.
        sender: Person,
        /// The pull request as the delivery has it.
        pull_request: Box<PullRequest>,
    },
    /// Somebody wrote a comment on a pull request.
    Comment {
        /// Who wrote it.
        author: Person,
        /// On which.
        number: u64,
        /// The forge's id of it.
        comment: String,
        /// What it says.
        body: String,
    },
    /// A release was published.
    Release {
        /// Who did it.
        sender: Person,
        /// Its tag, without `refs/tags/`.
        tag: String,
    },
    /// The repository was renamed or moved.
    Renamed {
        /// Its full name from now on.
        full_name: String,
    },
    /// The repository was deleted.
    Deleted,
    /// The forge tries the webhook.
    Ping,
    /// Something that nobody here cares for, by the forge's name for it.
    Other {
        /// The event's name.
        event: String,
    },
}
