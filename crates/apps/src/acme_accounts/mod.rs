//! Our accounts at the authorities that certificates are got from.
//!
//! Owns the table `acme_accounts`: one per directory, for the whole site. What must stay true: its key is sealed, and an authority is
//! asked through the one way to the outside. Read [`service`].

pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::AcmeAccount;
