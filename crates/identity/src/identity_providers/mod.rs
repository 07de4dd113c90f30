//! Identity providers: other systems that say who somebody is (OpenID Connect), several at once, for the whole site.
//!
//! Owns the tables `identity_providers`, `identities` and `sign_in_states`. What must stay true: a person is (provider,
//! subject) and nothing else, never a mail address or a name; an answer of a provider counts once, in the browser that
//! asked, for the provider that was asked; whoever a provider puts into teams stays there as long as the provider says
//! so, at each sign-in. Read `model`, then `sign_in`.

pub mod http;
mod model;
pub mod service;
pub mod sign_in;
pub(crate) mod store;

pub use model::{Identity, Provider, SignInState};
