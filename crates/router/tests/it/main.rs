//! The router between real clients and units that are small servers.

#![expect(clippy::unwrap_used, reason = "tests")]

mod deploying;
mod fixture;
mod limits;
mod passing;
mod secure;
