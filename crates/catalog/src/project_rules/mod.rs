//! What a project says about its resources: what happens to one that is not up to date, what nobody has to approve, which
//! tags and settings all of them have, and whether they are demos: planned, and never made.
//!
//! Owns `catalog_project_rules` and `catalog_project_settings`. A project that says nothing has the defaults, and no row. What
//! must stay true: whether a project is a demo does not change while it has resources, so that one is a demo for ever or never.

pub(crate) mod http;
mod inheriting;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::ProjectRules;
