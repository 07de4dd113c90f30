//! A small authorization server (OAuth 2.0 with the rules of RFC 9700): how the command line gets a token by the browser.
//!
//! Owns the tables `authorization_codes` and `device_codes`. What must stay true: nothing is given but to who was asked
//! in a signed-in browser and agreed; a code counts once, a second use takes back what the first gave; a code goes to
//! this machine's loopback only (RFC 8252) and is useless without the verifier (PKCE, S256 only); a user code cannot be
//! guessed at leisure. What is issued is a user's token like any other: listed, revocable, with an end. Read `request`,
//! then `service`.

pub mod http;
mod model;
mod request;
pub mod service;
pub(crate) mod store;
mod user_code;

pub use model::{AuthorizationCode, DeviceCode, DeviceStatus};
pub use request::{Asked, Form, GrantError, Wrong, description};
pub use user_code::UserCode;
