//! Apps: what runs, from which image, and what it says of itself.
//!
//! One folder per concept. Today: `processes`, what an app's source says that it runs; `env`, what its units see; `plans` and
//! `pools`, how much they may take and where they may run.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod env;
pub mod plans;
pub mod platforms;
pub mod pools;
pub mod processes;
pub mod sources;
