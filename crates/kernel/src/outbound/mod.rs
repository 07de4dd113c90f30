//! Requests that the server itself makes to the outside: sign-in providers, webhooks, forges.
//!
//! What must stay true: every request leaves through here, and no address that people name leads into the machine or its
//! network unless the operator allowed that network. Names are resolved by us, and the connection goes to an address
//! that was checked, so that a name cannot point elsewhere between the check and the use. Read [`policy`], then
//! [`client`].

pub mod client;
pub mod policy;

pub use client::{Answer, Outbound, OutboundError, Request};
