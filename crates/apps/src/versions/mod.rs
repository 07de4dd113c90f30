//! Versions: what an app ran, each so that it can be run again at any time.
//!
//! Owns the table `app_versions`. What must stay true: a version never changes, but that its image may be taken away; its image is
//! named so that it never means another one. Read [`model`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::AppVersion;
