//! Stories of access on a real database: each test has its own in a temporary directory.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod access;
mod explanations;
mod fixture;
mod http;
mod limits;
mod lists;
mod organizations;
mod projects;
mod replicas;
mod roles;
mod service_accounts;
mod teams;
mod tokens;
mod users;
