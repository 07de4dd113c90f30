//! Role assignments: the only way anybody gets a permission.
//!
//! Owns the table `role_assignments`, and writes the kernel's `grants` for each in the same transaction. Nobody gives or
//! takes what he does not hold himself at that scope; the site and every organization keep at least one owner.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::RoleAssignment;
pub use service::remove_at;
