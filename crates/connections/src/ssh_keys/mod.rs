//! SSH keys: private keys that open repositories of modules, as Terraform Enterprise has them.
//!
//! Owns the table `ssh_keys`. What must stay true: a private key is sealed, never shown, and was read before it was kept, so
//! that one with a passphrase does not fail in a run. Read [`key`] (what is a key), then [`service`].

pub mod http;
pub mod key;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use model::SshKey;
