//! The stories: what users do, through the real router on a real database, with a fixed clock and fixed ids.
//!
//! One binary, because stories cross domains and one link is enough. `SLIPWAY_TEST_DATABASE=postgres` runs all of them
//! on PostgreSQL instead of SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines
)]

mod access;
mod apps;
mod catalog;
mod connections;
mod console;
mod infra;
mod openid;
mod preferences;
mod server;
mod sign_in;
mod support;
mod trusted_issuers;
