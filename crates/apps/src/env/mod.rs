//! The environment of apps: what is set, by whom, and what a process sees of it.
//!
//! Owns the table `app_envs`: each change of an app's variables is a row of its own, sealed, so that every version can be run again
//! with what it saw. Read `model` (variables and how they change), `former` (those of before: how they differ, and which come back), `bound` (what binds
//! give) and `seen` (what comes of them in a unit), which are pure, then [`service`] and [`history`].

mod bound;
mod former;
pub mod history;
pub mod http;
mod model;
mod seen;
pub mod service;
pub(crate) mod store;
pub(crate) mod stored;

pub use bound::BoundValue;
pub(crate) use model::check_name;
pub use model::{Changes, EnvError, Environment, Given, SetVariable, Variable};
pub use seen::seen;
