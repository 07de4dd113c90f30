//! Pull requests of our own: opened, described, merged and closed, and who else did that.
//!
//! What must stay true: nothing is opened before it was looked for; only the commit that the caller names is merged, by a merge
//! commit, and never by force; what a forge refuses is told in its words.

use async_trait::async_trait;

use super::model::{ForgeError, Person, PullRequest};

/// The pull request that somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it says, in Markdown.
    pub body: &'a str,
    /// The branch that it comes from, without `refs/heads/`.
    pub source: &'a str,
    /// The branch that it goes to, without `refs/heads/`.
    pub target: &'a str,
}

/// What became of asking for a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merging {
    /// The forge merged it, or does so at this moment: [`Proposals::outcome`] tells.
    Done,
    /// It cannot say yet: another try may succeed. In its words.
    Later(String),
    /// It refuses: a conflict, a protection, or another commit than the one that was named. In its words.
    Refused(String),
}

/// A pull request, and who ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// As the forge has it now.
    pub pull_request: PullRequest,
    /// Who merged or closed it; none while it is open, and where the forge does not say.
    pub by: Option<Person>,
}

/// What a forge with pull requests does for those that are ours. All within one repository, named by its full name.
#[async_trait]
pub trait Proposals: Send + Sync {
    /// The newest pull request from one branch to another, whatever became of it.
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError>;

    /// Opens one. `Refused` where one is open between the two branches.
    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError>;

    /// Gives one that is open another title and body.
    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError>;

    /// Merges one by a merge commit, if `head` is what it offers. The branch stays.
    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError>;

    /// Closes one without its commits; one that is closed stays so.
    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError>;

    /// What became of one, by whom.
    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError>;
}

/// A merge by what the forge answered: what it refuses is no failure.
pub(super) fn merging<T>(answer: Result<T, ForgeError>) -> Result<Merging, ForgeError> {
    match answer {
        Ok(_) => Ok(Merging::Done),
        Err(ForgeError::Refused(why)) => Ok(Merging::Refused(why)),
        Err(error) => Err(error),
    }
}

/// Refuses what offers another commit than the one that was looked at.
pub(super) fn other_head(found: &PullRequest, head: &str) -> Option<Merging> {
    (found.head_commit != head).then(|| {
        Merging::Refused(format!(
            "it offers the commit {}, and not {head} which was to be merged",
            found.head_commit
        ))
    })
}

/// A message's first line, and the rest.
pub(super) fn split_message(message: &str) -> (&str, &str) {
    let (title, rest) = message.split_once('\n').unwrap_or((message, ""));
    (title, rest.trim())
}
