//! Trusted issuers: programs of other systems (pipelines, pods, runs of another Slipway) show a signed token of their own
//! and get a short-lived one of a service account for it, so that no secret lies with them (RFC 8693).
//!
//! Owns the table `trusted_issuers`. What must stay true: nobody is let in but by a rule of the organization that he named;
//! a rule holds only if all its conditions do, and one that everybody at a shared issuer could meet is never stored; nobody
//! makes a rule to an account that has what he lacks; what a rule gave ends with the rule. Read `conditions` and `shared`
//! (whom a rule lets in), then `service::exchange`.

mod conditions;
pub mod http;
mod model;
pub mod service;
mod shared;
pub(crate) mod store;

pub use model::{Rule, Rules, TrustedIssuer};
