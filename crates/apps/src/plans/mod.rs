//! Plans: how much a unit may take.
//!
//! Today: `model`, plans and what an app changes about its own.

mod model;

pub use model::{Plan, PlanError, PlanOverride};
