//! The server: configuration, HTTP, supervision and the wiring of the domains. It decides nothing itself.
//!
//! Adding a domain is one line each in [`domains`]. Read `serve` for how a process starts and ends.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod activity;
pub mod admin;
pub mod admin_keys;
pub mod app;
mod audit;
mod background;
pub mod configuration;
pub mod console;
pub mod domains;
mod embedded_runner;
mod health;
mod layers;
pub mod listen;
mod lock;
pub mod openapi;
mod reference;
pub mod serve;
mod site;
mod supervise;
pub mod tls;

pub use reference::configuration_reference;
pub use serve::serve;
pub use slipway_kernel::settings;
