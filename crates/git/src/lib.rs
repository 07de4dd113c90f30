//! Drives the `git` program: mirrors of repositories, what changed between commits, archives of their files.
//!
//! Plain types, no database. What must stay true: no shell; what a person wrote comes after `--` and never looks like an
//! option; no secret is in an address, in a command line or in a repository's configuration; a host is only believed by the
//! key that was pinned; a fetch that was killed leaves a mirror that the next one goes on with. Read `address`, `remote`,
//! then `mirror`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod address;
pub mod remote;

pub use address::{Address, AddressError};
pub use remote::{Credentials, Remote};
