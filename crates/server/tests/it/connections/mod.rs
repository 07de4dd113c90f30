//! Connections: integrations, forges, repositories, webhooks, and what they start.

mod integrations;
mod integration_browser;
mod integration_runs;
mod integration_tests;
mod private_modules;
