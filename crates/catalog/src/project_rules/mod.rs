//! What a project says about its resources: what happens to one that is not up to date, what nobody has to approve, and which
//! tags and settings all of them have.
//!
//! Owns `catalog_project_rules` and `catalog_project_settings`. A project that says nothing has the defaults, and no row.

pub(crate) mod http;
mod inheriting;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::ProjectRules;
