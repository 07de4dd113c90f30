//! Volumes: files that outlive the units of apps.
//!
//! Owns the tables `volumes`, `volume_binds`, `job_volume_binds` and `app_mounts`. What must stay true: what units of a deploy see is what was bound when the
//! deploy began; what is bound, or seen by units that run, is not deleted; one path of an app is one volume; only volumes that we made
//! are taken away. Read `model`, then [`service`] (volumes), [`binding`], [`of_jobs`], `mounting` (what units see) and `making` (the cluster's part).

pub mod binding;
pub mod http;
pub(crate) mod making;
pub mod model;
pub(crate) mod mounting;
pub mod of_jobs;
pub mod service;
mod shown;
pub(crate) mod store;

pub use model::Volume;
