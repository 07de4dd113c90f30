//! Stories of workspaces, variables, configurations and states on a real database and a real disk: each test has its
//! own in a temporary directory. With `SLIPWAY_TEST_DATABASE=postgres` the database is PostgreSQL.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod backend;
mod configuration_versions;
mod fixture;
mod http;
mod states;
mod variables;
mod workspaces;
