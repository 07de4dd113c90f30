//! Uploads: source that somebody sent to have it deployed.
//!
//! Owns the table `app_sources`. What must stay true: what was uploaded never changes, and is known by its digest; it is kept for a
//! day, or as long as a deploy builds it. Read [`service`].

pub mod http;
pub mod service;
pub(crate) mod store;

pub use store::Model as AppSource;
