//! Links that are used once: to set up the first account, to accept an invitation, to set a password
//! anew, to verify a mail address.
//!
//! Owns the table `links`. What must stay true: a link's text is shown or sent once and stored as its hash; using it
//! deletes its row, in the transaction of what it is used for; and its address is made of the settings, never of what a
//! request says about its host.

mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Link, LinkKind, base_url};
