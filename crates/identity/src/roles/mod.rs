//! Roles: named sets of permissions. What a role's holders may do is written into the kernel's grants when it is assigned.
//!
//! Owns the table `roles`. Six roles come with Slipway; they are rows of no organization, brought up to date by
//! [`service::refresh_built_in`] at each start, and nobody can change them. Read `model`, `tree`, then `service`.

mod built_in;
pub mod http;
mod model;
pub mod service;
pub(crate) mod store;
mod tree;

pub use built_in::{ADMIN, BUILT_IN, BuiltIn, MAINTAIN, OWNER, PLAN, READ, WRITE};
pub use model::Role;
pub use tree::PermissionTree;

pub(crate) use built_in::built_in_node;
