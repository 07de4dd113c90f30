//! Runs of jobs: each a row, driven to its end by whoever is there.
//!
//! Owns the table `job_runs`. A run is begun by the clock (`ticking`), by somebody ([`service`]) or because the one before failed;
//! what it does is run by the cluster under the run's own name, so that whoever goes on after a crash waits for what was begun
//! ([`driving`]). What must stay true: a tick makes one run at most; what was begun is not begun again; where the job forbids it, no
//! two go on at once. What is decided is in [`model`] and `deciding`, which are pure.

pub(crate) mod beginning;
pub(crate) mod deciding;
pub mod driving;
pub(crate) mod ending;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;
pub(crate) mod ticking;

pub use model::JobRun;
