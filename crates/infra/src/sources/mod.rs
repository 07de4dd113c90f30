//! Where a workspace's configuration comes from when it comes from Git, and the configurations that were made of commits.
//!
//! Owns `workspace_sources` and `configuration_commits`. What must stay true: a configuration that is made of a commit is
//! checked like one that was uploaded; the same commit gives the same configuration, made once for each workspace; what a
//! pull request offers is never a configuration that can be applied. Read [`model`], [`ingest`], then [`service`].

pub(crate) mod commit;
pub mod ingest;
pub mod model;
pub(crate) mod opening;
pub mod service;
pub mod shown;
pub(crate) mod store;

pub use model::Source;
