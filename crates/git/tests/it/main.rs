//! Mirrors against real servers: `git http-backend` and `sshd`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod archives;
mod fetching;
mod fixture;
mod merging;
mod numbers;
mod pushing;
mod refusals;
mod ssh;
