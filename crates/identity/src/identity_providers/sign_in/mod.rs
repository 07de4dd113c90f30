//! Signing in at a provider: the browser is sent there ([`start`]) and comes back with an answer ([`finish`]).
//!
//! A sign-in is (state, browser): the state travels through the provider, the browser keeps a second secret in a cookie of
//! its own, and both must come back together, once, within ten minutes. The nonce ties the provider's token to it, the
//! verifier (PKCE) its code. What the token says is decided about in `person`, pure; `account` finds or makes the
//! account.

mod account;
mod exchange;
mod finish;
mod identities;
mod person;
mod sign_out;
mod start;

use std::time::Duration;

pub use finish::{Answer, Finished, finish};
pub use identities::{Shown, list as list_identities, remove as remove_identity};
pub use sign_out::sign_out_address;
pub use start::{Begun, start};

/// How long somebody may take at the provider.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
