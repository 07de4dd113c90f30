//! Repositories that an organization uses: one row and one mirror for all consumers, fetched once for all of them.
//!
//! Owns `repositories`, `repository_refs` and `repository_pull_requests`. What must stay true: the table of refs is what was
//! announced, whatever the mirror has, so that a push is announced once wherever a process dies; what a fetch found is
//! written only if nobody wrote since the fetch began; credentials of an integration go to nobody who may not use it. Read
//! `model`, `connecting`, `fetching`, then `service`.

pub mod archives;
mod browsing;
pub(crate) mod changes;
mod connecting;
pub(crate) mod fetching;
pub(crate) mod http;
pub(crate) mod model;
pub(crate) mod opening;
mod reading;
mod roots;
pub mod service;
pub(crate) mod store;
pub(crate) mod trouble;

pub use model::{RefUpdate, Repository, RepositoryStatus};
pub use service::KIND;
pub use trouble::of_git;
