//! Stories of workspaces, variables, configurations, states and runs on a real database and a real disk: each test has its
//! own in a temporary directory. With `SLIPWAY_TEST_DATABASE=postgres` the database is PostgreSQL.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod approvals;
mod backend;
mod configuration_versions;
mod fixture;
mod http;
mod managed;
mod managed_parts;
mod runner;
mod schedule_previews;
mod schedules;
mod states;
mod variables;
mod workspaces;
