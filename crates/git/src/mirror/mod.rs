//! A bare copy of a repository, for everybody who wants something of it.
//!
//! What must stay true: one process writes at a time, held by a lock that the children inherit, so that it outlives a
//! killed server as long as its fetch does; whoever gets the lock after such an end clears away what was left. Reading needs
//! no lock. Nothing is checked out, no hook and no filter runs. Read `model`, `lock`, then `fetch`, `history`, `files`.

mod batch;
mod compose;
mod failure;
mod fetch;
mod files;
mod gather;
mod history;
mod local;
mod lock;
mod merge;
mod model;
mod pack;
mod push;
mod submodules;

use std::path::{Path, PathBuf};

use crate::archive::{Archive, ArchiveOptions};
use crate::error::GitError;
use crate::ids::{CommitId, ObjectId};
use crate::names::Refspec;
use crate::program::Git;
use crate::remote::Remote;

pub(crate) use submodules::hexadecimal;

pub use compose::Composition;
pub use model::{ChangedPath, Commit, Content, EntryKind, Fetched, Limits, Merge, RefUpdate, RemoteRefs, TreeEntry};
pub use push::{Move, Pushed};

/// A bare copy of a repository in a directory. Cheap to make: nothing is looked at yet.
#[derive(Debug, Clone)]
pub struct Mirror {
    git: Git,
    directory: PathBuf,
    limits: Limits,
}

impl Mirror {
    /// The mirror in a directory, which the first fetch makes.
    #[must_use]
    pub fn at(git: &Git, directory: &Path) -> Self {
        Self {
            git: git.clone(),
            directory: directory.to_owned(),
            limits: Limits::default(),
        }
    }

    /// With other bounds.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Brings the wanted references up to date, and forgets those that the remote forgot.
    ///
    /// # Errors
    /// Any [`GitError`]; what came before it stays.
    pub async fn fetch(&self, remote: &Remote, wanted: &[Refspec]) -> Result<Fetched, GitError> {
        self.fetch_wanted(remote, wanted).await
    }

    /// What the remote has, without fetching any of it.
    ///
    /// # Errors
    /// Any [`GitError`].
    pub async fn remote_refs(&self, remote: &Remote) -> Result<RemoteRefs, GitError> {
        self.list_remote(remote).await
    }

    /// All references here with the commits they name (of annotated tags, the commits that they are on), by name.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn refs(&self) -> Result<Vec<(String, CommitId)>, GitError> {
        self.list_refs().await
    }

    /// The commit that a branch, a tag, a whole reference name or a commit's id stands for, in this order; `None` when it
    /// stands for none.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn resolve(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        self.find_commit(name).await
    }

    /// A commit's particulars.
    ///
    /// # Errors
    /// [`GitError::Missing`].
    pub async fn commit(&self, id: &CommitId) -> Result<Commit, GitError> {
        let mut found = self.history(None, id, 1).await?;
        found
            .pop()
            .ok_or_else(|| GitError::Missing(format!("the commit {}", id.short())))
    }

    /// The commits that lead to `to` and not to `from`, newest first; at most `limit`.
    ///
    /// # Errors
    /// [`GitError::Missing`].
    pub async fn log(&self, from: Option<&CommitId>, to: &CommitId, limit: u32) -> Result<Vec<Commit>, GitError> {
        self.history(from, to, limit).await
    }

    /// Whether `ancestor` is part of what led to `commit`; a commit is its own ancestor. False where either is not here.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn is_ancestor(&self, ancestor: &CommitId, commit: &CommitId) -> Result<bool, GitError> {
        self.contains(ancestor, commit).await
    }

    /// The commit where two histories parted; `None` when they have nothing in common.
    ///
    /// # Errors
    /// [`GitError::Missing`].
    pub async fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, GitError> {
        self.parting(one, other).await
    }

    /// The files that two commits have differently, by path; all files of `to` without a `from`.
    ///
    /// # Errors
    /// [`GitError::Missing`].
    pub async fn changed_paths(&self, from: Option<&CommitId>, to: &CommitId) -> Result<Vec<ChangedPath>, GitError> {
        let Some(from) = from else {
            let added = |listed: files::Listed| ChangedPath {
                path: String::from_utf8_lossy(&listed.path).into_owned(),
                before: None,
                after: Some(listed.id),
            };
            return Ok(self.list(to, &[]).await?.into_iter().map(added).collect());
        };
        self.difference(from, to).await
    }

    /// Merges `head` into `base` without a work tree. The result is a commit here, in no reference; it stays for at least a
    /// month, and merging again gives the same.
    ///
    /// # Errors
    /// [`GitError::Missing`]; [`GitError::Refused`] when the two have nothing in common.
    pub async fn merge(&self, base: &CommitId, head: &CommitId, message: &str) -> Result<Merge, GitError> {
        self.merge_commits(base, head, message).await
    }

    /// Makes a commit by which a directory holds these files and nothing else. It is here only, in no reference, and stays for
    /// at least a month; the same wish gives the same one again. `None` where the base has it so already.
    ///
    /// # Errors
    /// [`GitError::Missing`]; [`GitError::Refused`] for what cannot be a path, or where a file is in the way.
    pub async fn compose(&self, wanted: &Composition<'_>) -> Result<Option<CommitId>, GitError> {
        self.compose_commit(wanted).await
    }

    /// Moves branches of the remote to commits that are here, never by force. The mirror's own references stay as they were
    /// fetched.
    ///
    /// # Errors
    /// Any [`GitError`]; it is not known then what the remote did.
    pub async fn push(&self, remote: &Remote, moves: &[Move]) -> Result<Pushed, GitError> {
        self.push_moves(remote, moves).await
    }

    /// What is in a directory of a commit (empty for the top), with sizes.
    ///
    /// # Errors
    /// [`GitError::Missing`] when it is no directory.
    pub async fn tree(&self, commit: &CommitId, path: &str) -> Result<Vec<TreeEntry>, GitError> {
        self.directory_entries(commit, path).await
    }

    /// All files, links and submodules below the given directories of a commit (all of it without any), by whole path.
    ///
    /// # Errors
    /// [`GitError::Missing`] when there is no such commit; directories that are not there add nothing.
    pub async fn files(&self, commit: &CommitId, below: &[String]) -> Result<Vec<TreeEntry>, GitError> {
        Ok(self.list(commit, below).await?.into_iter().map(files::entry).collect())
    }

    /// The tree of each directory of a commit, in their order, by one process; `None` for what is no directory.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn tree_ids(&self, commit: &CommitId, directories: &[String]) -> Result<Vec<Option<ObjectId>>, GitError> {
        self.trees(commit, directories).await
    }

    /// One file of a commit; `None` when it is not there. A link's content is its target.
    ///
    /// # Errors
    /// [`GitError::TooLarge`].
    pub async fn read(&self, commit: &CommitId, path: &str, limit_bytes: u64) -> Result<Option<Vec<u8>>, GitError> {
        let paths = [path.to_owned()];
        match self.read_paths(commit, &paths, limit_bytes).await?.pop() {
            Some(Content::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Content::TooLarge(_)) => Err(GitError::TooLarge {
                what: format!("the file {path}"),
                limit_bytes,
            }),
            Some(Content::Missing) | None => Ok(None),
        }
    }

    /// Files of a commit, in their order, by one process; each of at most `limit_bytes`.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn read_many(
        &self,
        commit: &CommitId,
        paths: &[String],
        limit_bytes: u64,
    ) -> Result<Vec<Content>, GitError> {
        self.read_paths(commit, paths, limit_bytes).await
    }

    /// Blobs by their ids, as [`Self::read_many`].
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn read_objects(&self, ids: &[ObjectId], limit_bytes: u64) -> Result<Vec<Content>, GitError> {
        let names = ids.iter().map(ObjectId::to_string).collect();
        self.contents(names, limit_bytes).await
    }

    /// The files of a commit as a configuration archive. The same commit and options give the same bytes.
    ///
    /// # Errors
    /// [`GitError::Missing`], [`GitError::TooLarge`], and what fetching submodules and large files can bring.
    pub async fn archive(&self, commit: &CommitId, options: ArchiveOptions<'_>) -> Result<Archive, GitError> {
        self.pack(commit, options).await
    }

    /// Packs what many fetches left, when there is enough of it. For quiet hours.
    ///
    /// # Errors
    /// [`GitError::Damaged`], [`GitError::TimedOut`].
    pub async fn tidy(&self) -> Result<(), GitError> {
        let held = self.hold().await?;
        let mut call = self.call("packing the mirror").within(self.limits.fetch);
        call.lock = held.inherited();
        let answer = call.arguments(["gc", "--auto", "--quiet"]).run().await?;
        if answer.code.is_some() {
            held.ended();
        }
        if answer.code == Some(0) {
            Ok(())
        } else {
            Err(local::local_failure(&answer))
        }
    }
}
