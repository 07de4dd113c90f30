//! The phases of runs: plan and apply, each with its log, its outcome and what it took.
//!
//! Owns `phases`. A phase's id is its run's plan id or apply id. It changes only through its run's services.

mod applied;
pub mod http;
pub mod model;
pub(crate) mod service;
pub mod store;
