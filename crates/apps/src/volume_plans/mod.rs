//! Volume plans: what volumes can be.
//!
//! Owns the table `volume_plans`. What must stay true: folders of a machine, and drivers with options, which can be such folders too,
//! are given by site administrators alone; a plan never changes, so that what it stands for does not either. Read `model`, then
//! [`service`].

pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use store::VolumePlan;
