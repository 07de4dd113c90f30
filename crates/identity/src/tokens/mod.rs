//! Tokens of users, service accounts, teams, organizations and runner pools.
//!
//! Owns the table `tokens`. The text of a token is shown once and stored as its hash; unknown, expired and revoked ones
//! are refused alike. Run tokens are none of these: they end with the lease of their work item and live there. Read
//! `model`, `service`, then `authenticator`.

mod authenticator;
pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use authenticator::{Authenticator, Caller};
pub use model::{Token, TokenKind};
pub use service::{Holder, NewlyMade, create_for_pool, is_of_pool, list_for_pool, remove_of};
