//! Changes of resources: what somebody wants, the plan that comes of it, approvals, and the apply of exactly that.
//!
//! Owns `resource_changes`. An applied change with a specification is a revision of its resource. What must stay true: one
//! change of a resource at a time is not over; what is applied is what was planned and approved; a change is carried out
//! by a run of the resource's managed workspace, started once, whatever is killed in between; the resource becomes what
//! the change says in the transaction that notes the run's success. Read [`decide`] (pure: what happens next), then
//! `carrying_out` (the server's steps) and [`deciding`] (people's).

pub mod carrying_out;
mod confirming;
mod credentials;
pub mod decide;
pub mod deciding;
mod ending;
mod facts;
pub mod following;
mod ground;
pub mod hearing;
pub(crate) mod http;
mod leave;
pub mod listing;
pub mod model;
mod naming;
mod news;
mod opening;
mod outputs;
mod recording;
#[cfg(test)]
mod samples;
pub mod scheduled;
pub mod service;
mod spreading;
mod starting;
pub(crate) mod store;
mod succeeding;
pub mod sweeping;
mod waking;

pub use model::{ResourceChange, Wanted};
pub(crate) use news::ProjectNews;
pub(crate) use spreading::mark_stale;
