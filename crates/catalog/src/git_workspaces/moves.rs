//! What is done in a repository: heads, commits of directories, merges and pushes, each in a form that can be done again.

use std::collections::{BTreeMap, HashMap};

use slipway_connections::repositories::of_git;
use slipway_git::{CommitId, Composition, Merge, Mirror, Move, Pushed, Remote};
use slipway_kernel::Result;

use super::asking::Desk;

/// A repository that is being worked in. What was pushed is known without fetching it again.
pub(super) struct Opened {
    pub(super) mirror: Mirror,
    pub(super) remote: Remote,
    /// The branch that code is kept on.
    pub(super) branch: String,
    /// Its forge, where pull requests are wanted there or are left from before.
    pub(super) desk: Option<Desk>,
    moved: HashMap<String, Option<CommitId>>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// It is as it shall be.
    Done,
    /// Somebody moved a branch meanwhile: fetch, and look again.
    Moved,
    /// It does not go on until somebody does what this says.
    Stuck(String),
}

/// All files of a directory; none for one that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout<'a> {
    pub(super) directory: &'a str,
    pub(super) files: &'a BTreeMap<String, String>,
}

/// Who commits what.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) author: (String, String),
    pub(super) message: String,
    /// In seconds since 1970.
    pub(super) at: i64,
}

impl Opened {
    pub(super) fn new(mirror: Mirror, remote: Remote, branch: String, desk: Option<Desk>) -> Self {
        Self {
            mirror,
            remote,
            branch,
            desk,
            moved: HashMap::new(),
        }
    }

    /// It was fetched: what it has counts again.
    pub(super) fn refetched(&mut self) {
        self.moved.clear();
    }

    /// The commit that a branch of the remote is on; none when there is no such branch.
    pub(super) async fn head(&self, branch: &str) -> Result<Option<CommitId>> {
        if let Some(known) = self.moved.get(branch) {
            return Ok(known.clone());
        }
        let found = self.mirror.resolve(&format!("refs/heads/{branch}")).await;
        found.map_err(of_git)
    }

    /// The commit that the git workspace's branch is on.
    pub(super) async fn target(&self) -> Result<Option<CommitId>> {
        self.head(&self.branch).await
    }

    /// The tree of a directory of a commit; none when there is none.
    pub(super) async fn tree(&self, commit: Option<&CommitId>, directory: &str) -> Result<Option<String>> {
        let Some(commit) = commit.filter(|_| !directory.is_empty()) else {
            return Ok(None);
        };
        let found = self.mirror.tree_ids(commit, &[directory.to_owned()]).await;
        let tree = found.map_err(of_git)?.pop().flatten();
        Ok(tree.map(|tree| tree.to_string()))
    }

    /// Whether a commit is part of a branch.
    pub(super) async fn contains(&self, head: Option<&CommitId>, commit: &CommitId) -> Result<bool> {
        match head {
            Some(head) => self.mirror.is_ancestor(commit, head).await.map_err(of_git),
            None => Ok(false),
        }
    }

    /// A commit on `base` by which directories are laid out so, one after the other; none where they are.
    pub(super) async fn composed(
        &self,
        base: Option<&CommitId>,
        layouts: &[Layout<'_>],
        words: &Words,
    ) -> Result<Option<CommitId>> {
        let mut at = base.cloned();
        let mut is_new = false;
        for layout in layouts {
            let wanted = Composition {
                base: at.as_ref(),
                directory: layout.directory,
                files: layout.files,
                author: (&words.author.0, &words.author.1),
                message: &words.message,
                at: words.at,
            };
            if let Some(commit) = self.mirror.compose(&wanted).await.map_err(of_git)? {
                at = Some(commit);
                is_new = true;
            }
        }
        Ok(at.filter(|_| is_new))
    }

    /// A commit that has both; or the sentence that says why there is none.
    pub(super) async fn merged(
        &self,
        base: &CommitId,
        head: &CommitId,
        message: &str,
    ) -> Result<Result<CommitId, Vec<String>>> {
        if self.mirror.is_ancestor(base, head).await.map_err(of_git)? {
            return Ok(Ok(head.clone()));
        }
        Ok(match self.mirror.merge(base, head, message).await.map_err(of_git)? {
            Merge::Clean(commit) => Ok(commit),
            Merge::Conflicts(paths) => Err(paths),
        })
    }

    /// Moves a branch forward; made, if it is not there.
    pub(super) async fn forward(&mut self, branch: &str, to: &CommitId) -> Result<Step> {
        let wanted = Move::Forward {
            branch: branch.to_owned(),
            to: to.clone(),
        };
        self.push(branch, wanted, Some(to.clone())).await
    }

    /// Removes a branch that is where it was seen.
    pub(super) async fn remove(&mut self, branch: &str, seen: &CommitId) -> Result<Step> {
        let wanted = Move::Remove {
            branch: branch.to_owned(),
            seen: seen.clone(),
        };
        self.push(branch, wanted, None).await
    }

    async fn push(&mut self, branch: &str, wanted: Move, then: Option<CommitId>) -> Result<Step> {
        let pushed = self.mirror.push(&self.remote, &[wanted]).await;
        Ok(match pushed.map_err(of_git)? {
            Pushed::Done => {
                self.moved.insert(branch.to_owned(), then);
                Step::Done
            }
            Pushed::Moved => Step::Moved,
            Pushed::Refused(reason) => Step::Stuck(format!(
                "The repository does not take a push to the branch {branch}: {reason}. Let the integration push there; it is tried \
                 again."
            )),
        })
    }
}
