//! Slipway as an issuer of OpenID Connect tokens: runs prove with them to clouds who they are, without a stored key.
//!
//! Owns the table `signing_keys`. A key is published some time before it signs, and stays published until nothing that
//! it signed can be valid any more, so that no verifier ever meets a key that it cannot find. Keys are made when
//! somebody first needs one. Read `model` (which key does what when), then `service`.

pub mod http;
mod key;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use service::{Claims, issuer, sign};
