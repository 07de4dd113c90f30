//! Projects: parts of an organization that workspaces and access are grouped by.
//!
//! Owns the table `projects`. A project never changes its organization; every organization has exactly one default
//! project, which cannot be deleted. Read `model`, then `service`.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Project, target};
pub use service::{by_id, default_of, get_visible, hold};

/// The word for projects in the directory and in events.
pub(crate) const KIND: &str = "project";
