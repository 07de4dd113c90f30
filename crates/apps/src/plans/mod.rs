//! Plans: how much a unit may take.
//!
//! Owns the table `app_plans`. Read `model` (plans and what an app changes about its own), then [`service`].

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Plan, PlanError};
pub use store::AppPlan;
