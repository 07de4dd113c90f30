//! What the apply of a run would have been given when its plan was made.
//!
//! Owns the table `integration_promises`. What must stay true: an apply does what its plan showed with what the plan's author
//! could count on, or says what is missing and does nothing. Without this an apply whose integration was deleted would go
//! on with whatever a provider finds instead. Other credentials in the same integration are no other promise.

pub mod model;
pub mod service;
pub mod store;
