//! Signing in at identity providers, with real Dex; and attempts to, with an issuer that lies.

mod attacks;
mod browser;
mod device;
mod groups;
mod issuer;
mod linking;
mod oauth;
mod providers;
mod site;

pub use site::Site;
