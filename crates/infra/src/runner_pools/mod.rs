//! Runner pools and the runners in them.
//!
//! Owns `runner_pools` and `runners`. A pool belongs to an organization, except one: the site's pool, which serves every
//! workspace that names no other. A runner gets work of its pool only; the pool's token says which that is.

pub mod http;
pub mod model;
pub mod service;
pub mod store;

pub use model::{Pool, Runner};
