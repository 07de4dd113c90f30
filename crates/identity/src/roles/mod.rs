//! Roles: named sets of permissions. What a role's holders may do is written into the kernel's grants when it is assigned.
//!
//! Owns the table `roles`. Some roles come with Slipway; they are rows of no organization, brought up to date by
//! [`service::refresh_built_in`] at each start, and nobody can change them. Read `model`, `tree`, then `service`.

mod built_in;
pub mod http;
mod model;
pub mod presets;
pub mod service;
pub(crate) mod store;
mod tree;

pub use built_in::{ADMIN, BUILT_IN, BuiltIn, MAINTAIN, OWNER, PLAN, READ, WRITE};
pub use model::{Nodes, Role};
pub use tree::PermissionTree;

pub use built_in::all as all_built_in;
pub(crate) use built_in::built_in_node;
