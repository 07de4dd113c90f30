//! Drives the `git` program: mirrors of repositories, what changed between commits, archives of their files.
//!
//! Plain types, no database. What must stay true: no shell of ours; what a person wrote never looks like an option; no
//! secret is in an address, in a command line, in an environment or in a repository's configuration; a host is only
//! believed by the key that was pinned; a fetch that was killed leaves a mirror that the next one goes on with. Read
//! `address`, `remote`, `names`, then `mirror`; `archive` for configurations, `run_credentials` for private code in runs.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod access;
pub mod address;
pub mod archive;
pub mod error;
pub mod fuzzing;
pub mod host_keys;
pub mod ids;
mod large_files;
pub mod mirror;
pub mod names;
mod process;
pub mod program;
pub mod remote;
pub mod run_credentials;

pub use address::{Address, AddressError};
pub use archive::{Archive, ArchiveOptions};
pub use error::{GitError, HostKeyProblem};
pub use host_keys::{HostKey, host_keys, read_known_hosts};
pub use ids::{CommitId, ObjectId};
pub use mirror::{
    ChangedPath, Commit, Composition, Content, EntryKind, Fetched, Merge, Mirror, Move, Pushed, RefUpdate, TreeEntry,
};
pub use names::{Refspec, check_reference, tree_path};
pub use program::Git;
pub use remote::{Credentials, Remote};
pub use run_credentials::{HostCredentials, RunFiles, run_files};
