//! What apps take of their machines and how they answer: measured now and then, kept for two weeks.
//!
//! Owns the table `app_metrics`. What must stay true: what is kept is bounded, the last hour finely and what is older roughly; one
//! process measures, the one that has the lease; who is not measured has no point, never a zero. Read [`model`] (points and how they
//! become fewer), then [`sampling`] and [`service`].

pub mod http;
pub mod model;
pub mod sampling;
pub mod service;
pub(crate) mod store;
