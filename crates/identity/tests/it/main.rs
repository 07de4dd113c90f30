//! Stories of access on a real database: each test has its own in a temporary directory.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod access;
mod fixture;
mod http;
mod organizations;
mod projects;
mod roles;
mod tokens;
mod users;
