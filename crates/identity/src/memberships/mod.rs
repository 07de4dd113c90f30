//! Organization memberships: who was invited to an organization, and who accepted.
//!
//! Owns the table `memberships`. What must stay true: a membership alone allows nothing; what a member may do comes from
//! the roles that accepting gives, and the inviter must still have all of it when the invitation is accepted.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Membership, Status};
