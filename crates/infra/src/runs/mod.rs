//! Runs: what happens to a workspace, from the wish to the applied plan.
//!
//! Owns `runs` and `run_comments`. What must stay true: at most one run that may apply holds a workspace; every change
//! of a run goes through a transition in [`model`] and is written by `service::change` with everything that follows
//! from it; no status is without a reason that a person can read. Read `model`, then `service/start`, `service/turn`,
//! `service/decide`, `service/progress`.

pub mod comments;
pub mod http;
pub mod model;
pub mod reconcile;
pub mod service;
pub mod store;

pub use model::Run;
