//! What a project says about its resources: what happens to one that is not up to date, and what nobody has to approve.
//!
//! Owns `catalog_project_rules`. A project that says nothing has the defaults, and no row.

pub(crate) mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::ProjectRules;
