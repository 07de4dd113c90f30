//! The kernel on a real database: SQLite in a file, or PostgreSQL with `SLIPWAY_TEST_DATABASE=postgres`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected should stop at once"
)]

mod audit;
mod audit_webhooks;
mod blobs;
mod blobs_s3;
mod database;
mod events;
mod fixture;
mod jobs;
mod key_rotation;
mod key_sources;
mod log_lines;
mod logs;
mod logs_faults;
mod mail;
mod mariadb;
mod metrics;
mod outbound;
mod queue;
mod schedules;
mod secrets;
mod store;
