//! Uploads: source that somebody sent to have it deployed.
//!
//! Owns the table `app_sources`. An upload is an archive, or a list of files whose contents are kept by `source_contents`, so that only those
//! come that the app does not have. What must stay true: what was uploaded never changes, and is known by its digest; it is kept for
//! a day, or as long as a deploy builds it, and the last list for longer. Read [`service`], then [`listing`] and `receiving`.

pub mod http;
pub mod listing;
pub mod receiving;
pub mod service;
pub(crate) mod store;
mod streaming;

pub use store::Model as AppSource;
