//! The runner protocol: what a runner gets for a claimed item, and what it reports.
//!
//! Owns `work_attempts`: each claim's run token, and how the claim ended. A token opens its own item under its own fence
//! and nothing else; what a runner brings after it lost the item is kept as evidence and never made current.

pub mod http;
pub mod model;
pub mod service;
pub mod store;
