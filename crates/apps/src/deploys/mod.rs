//! Deploys: how an app comes to run something else, safe to kill at any moment.
//!
//! Owns the table `app_deploys`. A deploy is a row with a step; its job does the step and writes the next one, so that whoever goes
//! on after a crash begins with the step that was not through. What must stay true: an app has one deploy under way; until the step
//! `route` was written, what ran before takes the requests, and a failure takes only the new units away; from then on the deploy is
//! not failed any more. Read [`model`], [`service`] and [`going_back`], then [`driving`], which does the steps.

pub mod driving;
pub mod going_back;
pub mod http;
mod making;
pub mod model;
pub mod requests;
pub mod service;
pub(crate) mod store;
mod waiting;

pub use model::Deploy;
