//! Routers that are processes of their own: who they are, and how they get their tables.
//!
//! Owns the table `app_routers`. What must stay true: a table, which has keys of certificates in it, is given to nobody but who has
//! the token of a router; a unit is taken away only when every router that is there has ended what it passed on to it. Read
//! [`connected`] (what they say of themselves), then [`service`].

pub mod connected;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::AppRouter;
