//! Variables: the inputs of a workspace's configuration and process.
//!
//! Owns the table `variables`, whose rows are part of a workspace or of a variable set. What must stay true: the value of
//! a sensitive variable is stored sealed and only sealed, and leaves the server only to the runner of a run that needs
//! it. Read [`model`] for what is acceptable, [`precedence`] for which value counts, then [`service`] and
//! `effective.rs`.

pub mod effective;
pub mod http;
pub mod model;
pub mod precedence;
pub mod service;
pub mod store;

pub use effective::{effective, resolve_for_run};
pub use model::Variable;
