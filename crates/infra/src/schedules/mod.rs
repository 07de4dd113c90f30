//! Schedules: what starts in an object at certain times, with the rights of whoever said so.
//!
//! Owns `object_schedules`; when something is due is a row of the kernel's with the same id. What must stay true: a time
//! starts something once, whoever crashes when; rights are asked again when the time comes, and where one is gone the
//! schedule is paused and says why; nothing is started beside what is waiting or running already; what came of each time is
//! kept, the last ones. What can be started where is a plain table of [`Action`]s, to which other domains add theirs. Read
//! [`action`], [`model`], then `service` and `firing`.

pub mod action;
pub mod firing;
pub mod http;
pub mod model;
pub mod service;
pub mod store;
mod times;
mod workspaces;

pub use action::{Action, Firing, Object, Started};
pub use model::Schedule;
pub use times::rhythm;
pub use workspaces::ACTIONS;
