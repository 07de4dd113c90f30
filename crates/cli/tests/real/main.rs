//! The built binary with real OpenTofu: server, runner and command line as people run them, on SQLite and PostgreSQL.
//!
//! `runs` and `refusals` tell what users do and do wrong, `sandbox` what a configuration may not reach, `restarts` what
//! happens to a run when servers come and go, `kills` what is left when anything is killed at any moment. `slipway` is
//! the fixture; `processes` finds and signals processes; nothing here knows what is inside of a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod actions;
mod forwarder;
mod kills;
mod processes;
mod proof;
mod refusals;
mod restarts;
mod runs;
mod sandbox;
mod slipway;
mod wait;
