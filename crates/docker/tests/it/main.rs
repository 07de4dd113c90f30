//! A real Docker Engine: builds by its BuildKit, units, their logs, commands in them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod building;
mod fixture;
mod running;
