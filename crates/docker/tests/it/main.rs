//! A real Docker Engine: builds by its BuildKit, units, their logs, commands in them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod building;
mod fetching;
mod fixture;
mod running;
