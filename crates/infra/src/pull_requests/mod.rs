//! Pull requests: a plan of what merging would change, one comment that says so, and commands by comment.
//!
//! Owns `pull_requests` and `pull_request_workspaces`. What must stay true: what is planned is the result of the merge; one
//! request has one comment, which is found again before another is written; who commands is judged by his permissions here,
//! whoever the forge lets comment; what is applied before the merge is the plan that the comment shows; what comes from a fork
//! never meets a secret. Read [`model`], `command`, `render`, then `service`, `planning`, `following`, `commanding`,
//! `applying`, `comment`.

mod answered;
mod applying;
pub(crate) mod command;
pub(crate) mod commanding;
pub(crate) mod comment;
pub(crate) mod following;
pub(crate) mod http;
pub mod model;
pub(crate) mod planning;
mod reading;
pub(crate) mod render;
pub(crate) mod service;
pub(crate) mod store;

pub use model::PullRequest;
pub use render::escaped;
