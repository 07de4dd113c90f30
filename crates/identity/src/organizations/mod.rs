//! Organizations: the tenants. Everything but users stands in exactly one of them.
//!
//! Owns the table `organizations`. An organization always has a default project, a data key of its own that seals its
//! secrets, and at least one owner (unless the server itself made it). Whoever holds any role anywhere in it may see
//! that it is there. Read `model`, then `service`.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Organization, target};
pub use service::{by_id, find_visible, hold, require};

pub(crate) use model::acceptable_email;
