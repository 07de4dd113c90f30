//! Apps: what people deploy to.
//!
//! Owns the table `apps`. What must stay true: what an app runs is what its live deploy brought, and only a deploy changes that;
//! how many units of it run is said here and made so by [`crate::running`]; one deploy goes on at a time. Read [`model`], then
//! [`service`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod shown;
pub(crate) mod store;
pub(crate) mod writing;

pub use model::App;
