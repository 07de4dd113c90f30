//! Versions of jobs: what runs have in common from one change of image or command to the next.
//!
//! Owns the table `job_versions`. What must stay true: a version never runs another image than the first time; its image is known by
//! its digest as soon as its cluster has said it, which is asked when the version is made and, where that failed, by each run that
//! needs it.

pub mod http;
pub mod model;
pub(crate) mod pinning;
pub(crate) mod store;

pub use model::JobVersion;
