//! Drives Kubernetes as a place to run apps: applies processes, tells of their units, follows their logs, runs commands
//! in them, routes requests to them.
//!
//! Plain types, no database. What must stay true: everything is applied by server-side apply under one name, so that
//! repeating it changes nothing and puts right what others changed; everything that is made has our labels, and nothing
//! without them is ever changed or removed; a secret is in Secrets only. What shall be there is decided purely
//! (`objects`, `route_objects`, `once_objects`,
//! `job_objects`), and so is what is there (`states`). Read `cluster`, `error`, `names`, then
//! `spec`, `objects`, `processes`, then `states` and `units`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod access;
mod autoscaling;
mod away;
pub mod cluster;
pub mod commands;
mod drift;
pub mod error;
mod job_objects;
pub mod jobs;
pub mod logs;
pub mod names;
mod objects;
#[cfg(test)]
mod objects_tests;
pub mod once;
mod once_objects;
mod owned;
pub mod processes;
mod quantities;
mod route_objects;
pub mod routes;
pub mod spec;
pub mod states;
pub mod units;
pub mod usage;
pub mod volumes;

pub use access::Access;
pub use cluster::{About, Cluster, Node};
pub use error::KubeError;
pub use names::ProcessId;
pub use processes::Process;
pub use spec::ProcessSpec;
pub use states::{State, Unit};
