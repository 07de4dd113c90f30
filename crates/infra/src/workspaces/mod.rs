//! Workspaces: a configuration, its variables, its state and its runs.
//!
//! Owns the table `workspaces` with the lock, and the pointers to the current state and runs. What must stay true: lock,
//! runs and state change only in a transaction that [holds](store::hold) the row, and only from the revision that was
//! read, so that nobody overwrites what he has not seen. Read [`model`] and [`model::lock`] for what can
//! happen, [`settings`] for what is acceptable, then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub mod settings;
pub mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use model::lock::{self, ClientLock, Lock, LockKind};
pub use model::{EngineKind, ExecutionMode, Tags, Workspace};
pub use service::{load, load_named};
