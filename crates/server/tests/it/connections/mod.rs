//! Connections: integrations, forges, repositories, webhooks, and what they start.

mod commits;
mod git_workspaces;
mod integration_browser;
mod integration_runs;
mod integration_tests;
mod integrations;
mod private_modules;
mod pull_requests;
mod webhooks;
