//! Service accounts: the accounts of programs, each of one organization.
//!
//! Owns the table `service_accounts`; each has a row in `users` too, so that roles, teams and tokens are given to it as to
//! a person. It has no password and no sessions. When it is deleted, its access ends at once. Read `service`.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::ServiceAccount;
