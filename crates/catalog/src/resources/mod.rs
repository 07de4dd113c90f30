//! Resources: what people ordered from the catalog.
//!
//! Owns `resources`, `resource_parents` and `resource_unique_values`. What a resource is, is its specification as it was
//! last applied; what somebody wants of it is a change ([`crate::resource_changes`]). What must stay true: a resource has
//! at most one change that is not over; what it stands on is there, of the right templates, and in no circle; names and
//! unique values are unique, by the database; values of secrets are sealed and never shown.

pub mod binding;
pub(crate) mod checks;
pub(crate) mod hidden;
pub mod http;
pub(crate) mod loading;
pub mod model;
pub(crate) mod naming;
pub mod planned_secrets;
pub(crate) mod recording;
pub(crate) mod resolving;
pub(crate) mod revisions;
pub(crate) mod sealing;
pub mod service;
pub(crate) mod shown;
pub(crate) mod store;
pub(crate) mod uniqueness;
pub mod values;
pub(crate) mod wanted;
pub(crate) mod writing;

pub use model::Resource;
