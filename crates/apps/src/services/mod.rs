//! Services: templates of the catalog that developers order by a name, without knowing the catalog.
//!
//! Owns the table `services`. What must stay true: a service is of one template as long as it is there; what was ordered of it keeps
//! it. What somebody orders is [`crate::service_instances`]. Read [`model`], then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::Service;
