//! What a mirror tells, as plain values.

use std::time::Duration;

use crate::ids::{CommitId, ObjectId};

/// What a fetch brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// References that are not as they were, by name.
    pub updates: Vec<RefUpdate>,
}

/// One reference that came, went or moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// The whole name: `refs/heads/main`.
    pub name: String,
    /// The commit it named before; `None` for a new one. Of an annotated tag, the commit that it is on.
    pub before: Option<CommitId>,
    /// The commit it names now; `None` when it was deleted.
    pub after: Option<CommitId>,
    /// Whether what it named before is not part of what it names now. Of a tag: that it moved.
    pub is_forced: bool,
}

/// What a remote has, without its objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteRefs {
    /// Whole names and the commits they name (of annotated tags, the commits that they are on), by name.
    pub refs: Vec<(String, CommitId)>,
    /// The branch that the remote calls its default, without `refs/heads/`.
    pub default_branch: Option<String>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// The tree of its files.
    pub tree: ObjectId,
    /// What it stands on; more than one for a merge.
    pub parents: Vec<CommitId>,
    /// Who wrote it, as it says.
    pub author: String,
    /// Their mail address, as it says.
    pub author_email: String,
    /// Seconds since 1970, as it says.
    pub committed_at: i64,
    /// The whole message, its subject first.
    pub message: String,
}

impl Commit {
    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// A file that two commits have differently. A renamed file is one that went and one that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPath {
    /// Its path.
    pub path: String,
    /// What it was before; `None` when it came.
    pub before: Option<ObjectId>,
    /// What it is now; `None` when it went. Both the same where only its mode changed.
    pub after: Option<ObjectId>,
}

/// What became of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merge {
    /// It went through; this is the commit of the result. The same two commits and message give the same one again.
    Clean(CommitId),
    /// These files have changes that contradict each other.
    Conflicts(Vec<String>),
}

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its name; in a list of a whole tree, its path from the top of the repository.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its object: a blob, a tree, or for a submodule a commit of another repository.
    pub id: ObjectId,
    /// Size of a file in bytes, where that was asked for.
    pub size_bytes: Option<u64>,
}

/// What something in a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A file that may be executed.
    Program,
    /// A symbolic link; its content is its target.
    Link,
    /// A directory.
    Directory,
    /// A commit of another repository.
    Submodule,
}

/// What a file held, as far as it was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Bytes(Vec<u8>),
    /// More than was wanted; its size in bytes.
    TooLarge(u64),
    /// No such file.
    Missing,
}

/// Bounds on what a remote may make this machine do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest pack that a fetch may write, in bytes.
    pub pack_bytes: u64,
    /// Longest time for a fetch.
    pub fetch: Duration,
    /// Longest time for anything that needs no network, and for asking a remote for its references.
    pub other: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pack_bytes: 16 << 30,
            fetch: Duration::from_secs(1_800),
            other: Duration::from_secs(120),
        }
    }
}
