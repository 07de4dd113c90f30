//! Repositories that an organization uses: one row and one mirror for all consumers, fetched once for all of them.
//!
//! Owns `repositories`, `repository_refs`, `repository_pull_requests` and `pinned_hosts`. What must stay true: the table of
//! refs is what was announced, whatever the mirror has, so that a push is announced once wherever a process dies; what a
//! fetch found is written only if nobody wrote since the fetch began; credentials of an integration go to nobody who may not
//! use it. Read `model`, then `service`.

pub(crate) mod model;
pub mod service;
pub(crate) mod store;

pub use model::{RefUpdate, Repository, RepositoryStatus};
pub use service::KIND;
