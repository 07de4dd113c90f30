//! Repositories of apps: where an app's source comes from, and what a push does.
//!
//! Owns the table `app_repositories`. What must stay true: a push is heard of as a hint, and what the branch has is looked up then; a
//! commit is deployed by a push once; a push that comes while a deploy goes on is not lost, and of several the newest counts. Read
//! [`model`], [`service`], then [`following`].

pub mod following;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use following::CONSUMER;
pub use model::AppRepository;
