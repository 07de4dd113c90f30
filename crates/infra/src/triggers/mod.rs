//! Triggers: what an event of a repository starts in a workspace, by rules of its own.
//!
//! Owns `triggers`. What must stay true: rules are asked in the order of their priority, and the first that matches counts;
//! a workspace without a rule for an event does the usual thing. Read [`model`], then `service`.

pub mod http;
pub mod model;
pub mod service;
pub mod store;

pub use model::Trigger;
