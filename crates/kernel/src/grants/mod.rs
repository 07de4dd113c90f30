//! Authorization: who was granted which permission where, and what follows from it.
//!
//! A grant is (subject, permission node, scope). It covers every permission below its node at every object below its
//! scope. There are no denials, and nothing is granted otherwise. A token may be limited; then everything has to be granted
//! and within its limits. Identity writes the rows; deciding is pure and here.

mod cache;
mod model;
mod set;
pub mod store;
mod visibility;

pub use cache::GrantCache;
pub use model::{Grant, Permission, SITE, Scope, Target};
pub use set::{GrantSet, GrantsAt, Limits};
pub use visibility::{Reach, Visibility};
