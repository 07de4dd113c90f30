//! What the router takes for an app, and how.
//!
//! Owns the table `app_routings`: a row where somebody said something else than the site has. What must stay true: routes of every
//! kind are made of [`crate::domains::hosts`] and of this. Read [`model`], then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::Limits;
