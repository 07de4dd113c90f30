//! Attempts to prove who one is: how many failed lately, for an account and for an address.
//!
//! Owns the table `attempts`. What must stay true: an attempt is counted before it is looked at, in a transaction of its
//! own, so that many at once do not get further than one after the other; and the count is in the database, so that
//! replicas share it. Read `model`.

mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Allowance, Subject};
