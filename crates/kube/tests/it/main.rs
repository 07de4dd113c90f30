//! A real cluster with a node: pods run, fail in each way, are followed, reached, replaced and removed.
//!
//! Needs the feature `cluster`, root, and what `xtask tools --kubernetes` builds. One cluster serves all tests; each has
//! a namespace of its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod applying;
mod commands;
mod connecting;
mod fixture;
mod jobs;
mod once;
mod removing;
mod routing;
mod states;
