//! Pools: parts of a cluster with rules about who may run what in them.
//!
//! Owns the table `pools`. Read [`model`], then [`service`]; `constraints` has the rules and which of them counts.

mod constraints;
pub mod http;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use constraints::{Constraint, ConstraintError, Field, Pattern, allows, counting, default_of};
pub use model::Pool;
