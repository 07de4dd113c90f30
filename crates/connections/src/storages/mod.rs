//! Storages: buckets for states of other tools, which Slipway makes, looks after and removes at a cloud.
//!
//! Owns `storages`. Slipway's own workspaces keep their states in Slipway. What must stay true: a bucket that Slipway did not
//! make is never changed and never removed (what it made has the storage's id as a tag); nothing that is in a bucket is ever
//! removed, so one with anything in it stays; whatever is killed, [`carrying_out`] goes on from the row and from what the cloud
//! shows. Read [`decide`] (what is wanted, pure), [`model`], then [`service`] and [`carrying_out`]; `clouds` does it.

pub mod carrying_out;
mod clouds;
pub mod decide;
pub(crate) mod http;
pub mod model;
pub mod place;
pub mod service;
pub(crate) mod store;

pub use model::Storage;
pub use store::Filter;
