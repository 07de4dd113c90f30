//! Clusters: what builds and runs apps.
//!
//! Owns the table `clusters`. What must stay true: what a cluster is asked to do may be asked again; whether it answers is known
//! with the reason; a cluster that is away takes nothing away that runs there. Read [`driver`] and [`attach`], then [`service`] and [`docker`].

pub mod attach;
pub mod docker;
mod docker_attach;
pub mod driver;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::Cluster;
