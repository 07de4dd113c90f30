//! Schedules: a moment or a rhythm at which a typed work item is enqueued.
pub mod store;
