//! Pools: parts of a cluster with rules about who may run what in them.
//!
//! Today: `constraints`, the rules and which of them counts.

mod constraints;

pub use constraints::{Constraint, ConstraintError, Field, Pattern, allows, counting, default_of};
