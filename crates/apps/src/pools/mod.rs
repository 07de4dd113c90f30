//! Pools: parts of a cluster that apps are put into.
//!
//! Owns the table `pools`. Read [`model`], then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::Pool;
