//! The environment of apps: what is set, by whom, and what a process sees of it.
//!
//! Today: `model`, variables and how they change; `seen`, what comes of them in a unit.

mod model;
mod seen;

pub use model::{Changes, EnvError, Environment, Given, SetVariable, Variable};
pub use seen::{Bound, seen};
