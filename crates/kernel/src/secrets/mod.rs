//! Secrets at rest: sealed with a key of their organization, which is itself sealed with the server's master key.
//!
//! What must stay true: a secret is written only as [`Secrets::seal`] made it, for one column of one row, and a copy of
//! it in any other place does not open. Types that hold secrets have no `Debug` and no `Display`, and forget their
//! content when they are dropped. A server with another master key than the one that made the database does not start.
//! Every sealed value names the version of its key, so that keys can be changed while the server runs ([`rotation`]), and
//! every wrapped key names its master key, so that this can be exchanged, too.
//!
//! Read [`sealing`] for the form of a sealed value, then [`keys`].

pub mod columns;
pub mod keys;
pub mod master_key;
mod master_rotation;
mod model;
pub mod rotation;
pub mod sealing;
pub mod source;
pub mod store;
mod transit;

pub use columns::SealedColumn;
pub use keys::Secrets;
pub use master_rotation::{follow, follow_to, new_master, rotate_master};
pub use sealing::{Place, SecretBytes};
pub use source::KeySource;
