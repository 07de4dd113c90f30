//! A real cluster with a node: pods run, fail in each way, are followed, reached, replaced and removed.
//!
//! Needs root, and what `xtask tools` builds. One cluster serves all tests; each has a namespace of its own. `xtask kubernetes`
//! runs them many at once, for they wait most of the time.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod applying;
mod commands;
mod connecting;
mod fixture;
mod jobs;
mod measuring;
mod once;
mod removing;
mod routing;
mod states;
mod volumes;
