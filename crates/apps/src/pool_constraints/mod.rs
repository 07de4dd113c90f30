//! Rules about pools: whose apps are put into them, and which plans those have there.
//!
//! Owns the table `pool_constraints`. What must stay true: of the rules of one owner about one pool and field the most exact counts,
//! alone; an app keeps to the site's and to its organization's when it is put into a pool or gets another plan, and is not touched
//! when rules change later. Read `rules` (which one counts), `model`, then [`placing`] and [`service`].

pub mod http;
mod model;
pub mod placing;
mod rules;
pub mod service;
pub(crate) mod store;

pub use model::PoolConstraint;
pub use rules::{Constraint, ConstraintError, Pattern, allows, counting, default_of};
