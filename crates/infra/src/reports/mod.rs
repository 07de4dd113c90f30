//! What forges show beside commits: how far the runs of each workspace are, and all of them together.
//!
//! Owns `commit_statuses`. What must stay true: what a forge shows in the end is what is true in the end, however long it was
//! away: only the newest is sent, and it is tried until it is taken. Read [`model`], then `service`.

pub(crate) mod model;
pub(crate) mod service;
pub(crate) mod store;
