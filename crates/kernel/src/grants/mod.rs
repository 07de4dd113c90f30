//! Authorization: who was granted which permission where, and what follows from it.
//!
//! A grant is (subject, permission node, scope). It covers every permission below its node at every object below its
//! scope. There are no denials, and nothing is granted otherwise. Identity writes the rows; deciding is pure and here.

mod cache;
mod model;
pub mod store;

pub use cache::GrantCache;
pub use model::{Grant, GrantSet, GrantsAt, Permission, Scope, Target, Visibility};
