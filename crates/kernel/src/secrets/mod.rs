//! Secrets at rest: sealed with a key of their organization, which is itself sealed with the server's master key.
//!
//! What must stay true: a secret is written only as [`Secrets::seal`] made it, for one column of one row, and a copy of
//! it in any other place does not open. Types that hold secrets have no `Debug` and no `Display`, and forget their
//! content when they are dropped. A server with another master key than the one that made the database does not start.
//! Every sealed value names the version of its key, so that keys can be changed while the server runs.
//!
//! Read [`sealing`] for the form of a sealed value, then [`keys`].

pub mod keys;
pub mod master_key;
mod model;
pub mod sealing;
pub mod store;

pub use keys::Secrets;
pub use sealing::{Place, SecretBytes};
