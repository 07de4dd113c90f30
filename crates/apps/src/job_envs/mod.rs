//! Variables of jobs: those of apps, without processes and without binds.
//!
//! Owns the table `job_envs`. What must stay true: each change is a row of its own, sealed as a whole; a run sees those of the moment
//! at which it was asked for. How variables change is [`crate::env::Environment`].

pub mod http;
pub mod service;
pub(crate) mod store;
