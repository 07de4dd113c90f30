//! The client's side of a build by BuildKit: what it reads from whoever asked for the build, and what it tells.
//!
//! BuildKit asks back while it builds: for files, for secrets, for passwords of registries. [`session::Session`] answers,
//! over any connection; the Docker Engine gives one by `/session`, a BuildKit of its own by its control service. Files are
//! compared before they are sent, so a second build with the same sharing key is sent what changed. Plain types, no
//! database. Read `tree`, `ignored`, `sending`, `session`, then `progress` and `remote`.
//!
//! What must stay true: a secret is in the memory of this process and in the one mount that asked for it, never in a tree,
//! in a build argument or in what [`progress`] tells; nothing outside of a tree is ever read.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod ignored;
pub mod progress;
pub mod remote;
mod sending;
pub mod session;
pub mod tree;

pub use ignored::Ignored;
pub use progress::{Line, Progress};
pub use remote::{Daemon, RemoteBuild, RemoteFailed};
pub use session::{RegistryLogin, Secret, Session};
pub use tree::{Tree, TreeError};
