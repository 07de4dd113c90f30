//! Users: people, and later the accounts that stand for programs. They belong to the site, not to an organization.
//!
//! Owns the table `users`. A user may do nothing but what roles were assigned for; a site administrator is a user with
//! the role "owner" at the site, of which there is always one. Read `model`, then `service`.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{PasswordHash, User};
