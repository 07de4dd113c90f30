//! Issuers of signed tokens, as OpenID Connect describes them: what they say about themselves, the keys that they sign
//! with, and whether a token is one of theirs.
//!
//! What must stay true: an issuer is its exact text; every request to one goes through the outbound client; a token counts
//! only with a signature by a public key that the issuer itself publishes over TLS, in an algorithm that it announced.
//! Nothing that a token's header offers as a key (`jwk`, `jku`, `x5u`) is ever looked at. Read `token`, then `service`.

mod address;
mod discovery;
mod keys;
pub mod pkce;
mod service;
mod token;

pub use address::IssuerUrl;
pub use discovery::Discovery;
pub use keys::{Algorithm, Key};
pub use service::{Issuers, Source};
pub use token::{Claims, Expected, Refusal, named_issuer, verify};
