//! Jobs: what runs to an end, by the clock or when somebody wants it.
//!
//! Owns the table `jobs`; when one is due is a schedule of the kernel's. What must stay true: what a run runs is a version of its
//! job ([`crate::job_versions`]), with the variables of the moment at which it was asked for ([`crate::job_envs`]); a tick of the
//! clock makes one run at most, and none where the concurrency of the job says so ([`crate::job_runs`]). Read [`model`], then
//! [`service`].

pub(crate) mod driving;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod shown;
pub(crate) mod store;
pub(crate) mod writing;

pub use model::Job;
