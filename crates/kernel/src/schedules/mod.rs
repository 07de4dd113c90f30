//! Schedules: a moment, or a rhythm, at which a typed work item is enqueued.
//!
//! A schedule is only a row that says when; what happens is a server job of the domain that made it. What must stay
//! true: a schedule fires in one transaction that also moves it on, so it fires once however many replicas look; times
//! that were missed while nobody looked fire once, not once each.

mod expression;
mod model;
mod service;
pub mod store;
mod timing;

pub use model::{Fired, Schedule};
pub use service::{NewSchedule, create, fire_due, pause, reschedule, resume, run};
pub use store::{get, of_ids, of_owner, remove};
pub use timing::{Dialect, Timing, clock_change, local};
