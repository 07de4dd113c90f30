//! Accounts: how a person shows to be who he says, and what he does with his own account.
//!
//! Owns the tables `second_factors` and `recovery_codes`; the password's hash is a column of `users`. What must stay true:
//! an unknown name costs the same work as a wrong password; a code is taken once; whatever changes how somebody signs in
//! ends the other sessions. Read `password`, `one_time`, then `service`.

pub mod http;
mod model;
pub mod one_time;
pub mod password;
pub mod service;
pub(crate) mod store;

pub use model::{RecoveryCode, SecondFactor};
