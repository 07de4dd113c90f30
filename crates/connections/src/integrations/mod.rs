//! Integrations: credentials of outside systems (clouds, forges, chat), one mechanism for all kinds.
//!
//! Owns the table `integrations`. What must stay true: a secret that came in goes out to the system that it opens and to
//! the runs that were given it, and to nobody else; seeing an integration, using it and changing it are three
//! permissions; one that something uses is not deleted by mistake. Read [`kinds`] (which there are, and their forms),
//! [`model`], then [`service`]; `probes` ask the other side.

pub mod authorization;
mod cluster;
pub mod environment;
pub mod google;
pub mod http;
pub mod kinds;
pub mod model;
pub(crate) mod probes;
pub mod service;
pub(crate) mod store;
pub(crate) mod sts;
pub mod values;

pub use model::Integration;
pub use store::Filter;
pub use values::{Secrets, Settings};
