//! Clusters: what builds and runs apps.
//!
//! Owns the tables `clusters` and `cluster_connections`. What must stay true: what a cluster is asked to do may be asked again;
//! whether it answers is known with the reason; a cluster that is away takes nothing away that runs there. Read [`driver`] and
//! [`attach`], then [`service`], [`docker`] and [`kubernetes`].

pub mod attach;
mod attending;
mod builds;
pub mod changing;
pub mod docker;
mod docker_attach;
mod docker_images;
mod docker_networks;
mod docker_once;
mod docker_volumes;
pub mod driver;
pub mod http;
mod image_names;
pub mod kubernetes;
pub mod model;
pub mod mounts;
pub(crate) mod places;
mod probing;
pub(crate) mod registry;
pub mod service;
pub(crate) mod store;

pub(crate) use image_names::image_name;
pub use model::Cluster;
