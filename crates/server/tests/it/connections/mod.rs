//! Connections: integrations, forges, repositories, webhooks, and what they start.

mod commits;
mod faults_deliveries;
mod faults_forge;
mod faults_repositories;
mod first_run;
mod git_workspaces;
mod go_tfe;
mod integration_browser;
mod integration_runs;
pub mod integration_tests;
pub mod integrations;
mod post;
mod private_modules;
mod pull_requests;
mod ssh_repositories;
mod storages;
mod webhooks;
