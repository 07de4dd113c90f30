//! Programs of other systems that are let in for a signed token of theirs: by an issuer of this test's own, which can sign
//! anything, and by a second Slipway.

mod attacks;
mod exchange;
pub mod issuer;
mod kubernetes;
mod manage;
mod rules;
mod runs;
pub mod site;
