//! The built binary with real OpenTofu: server, runner and command line as people run them, on SQLite and PostgreSQL.
//!
//! `runs` and `refusals` tell what users do and do wrong, `sandbox` what a configuration may not reach, `credentials` what
//! it is given of integrations, `executors` what is run now and then, `resources` what is ordered from the catalog,
//! `resource_code` where the code of that is kept, `resource_imports` what was running before, `demos` what is never made, `catalog_commands` what else is said of it, `tree` the whole of `examples/catalog`, `forges` what it finds when it
//! comes from outside, `restarts` what happens to a run when servers come and go, `kills` what is left when anything is killed
//! at any moment, `deploy_kills` the same of a deploy, `routers` what takes requests meanwhile.
//! `slipway`, `edge` and `catalog` are the fixtures; `processes` finds and signals processes; nothing here knows what is
//! inside of a server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod actions;
mod catalog;
mod catalog_commands;
mod credentials;
mod demos;
mod deploy_kills;
mod edge;
mod executors;
mod forges;
mod forwarder;
mod kills;
mod processes;
mod proof;
mod refusals;
mod resource_code;
mod resource_imports;
mod resources;
mod restarts;
mod routers;
mod runs;
mod sandbox;
mod slipway;
mod tree;
mod wait;
