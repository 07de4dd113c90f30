//! What a plan changes, for people: an index of all changes, and details of each in packs.
//!
//! Owns `plan_change_packs`; the index's address is a column of `phases`. A runner brings the packs, then the index; only
//! with the index, and only when the packs have every change that it counts, any of it is there for readers. No sensitive
//! value is in either, so whoever may see the run may see them.

pub mod http;
pub mod model;
mod packed;
pub mod service;
pub mod store;
