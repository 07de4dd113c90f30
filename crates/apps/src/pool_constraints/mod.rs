//! Rules about pools: whose apps are put into them, which plans those have there, what they are bound to, and which routers take
//! their requests.
//!
//! Owns the table `pool_constraints`. What must stay true: of the rules of one owner about one pool and field the most exact counts,
//! alone; an app keeps to the site's and to its organization's when it is put into a pool or gets another plan, and is not touched
//! when rules change later; rules about routers count at once. Read `rules` (which one counts), `model`, then [`placing`], `routers` and [`service`].

pub mod http;
mod model;
pub mod placing;
pub(crate) mod routers;
mod rules;
pub mod service;
pub(crate) mod store;

pub use model::PoolConstraint;
pub use rules::{Constraint, ConstraintError, Pattern, counting, default_of};
