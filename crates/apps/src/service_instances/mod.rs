//! Service instances: what people ordered of services, each a resource of the catalog.
//!
//! Owns the table `service_instances`. What must stay true: whoever orders one could order its resource himself, with the same
//! approvals; what is bound is not deleted; one goes when its resource does. The resource's id is kept before it is ordered, so that
//! nothing is ordered that nobody knows of. Read [`model`], then [`service`] and [`leaving`].

pub mod http;
pub mod leaving;
pub mod model;
pub mod service;
mod shown;
pub(crate) mod store;

pub use model::ServiceInstance;
