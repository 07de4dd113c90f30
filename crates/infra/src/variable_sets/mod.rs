//! Variable sets: variables shared by many workspaces, by assignment to workspaces, projects, tags or everything.
//!
//! Owns `variable_sets` and `variable_set_targets`; the variables in a set are rows of the `variables` slice. What must
//! stay true: a set and everything it is assigned to are of one organization. Which value counts when several sets have
//! one is decided in [`crate::variables::precedence`]. Read [`model`], then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub mod store;

pub use model::VariableSet;
