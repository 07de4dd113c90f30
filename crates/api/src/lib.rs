//! The wire: every type that crosses HTTP, shared by server, client, runner and command line.
//!
//! Holds serde types and their schemas only. Nothing here does IO or decides anything; a type's validation is of its
//! own fields. Attribute names are kebab-case as in the Terraform Enterprise API, whose shapes these follow wherever it
//! has the thing.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod access_explanations;
pub mod app_commands;
pub mod app_logs;
pub mod app_metrics;
pub mod app_processes;
pub mod app_quotas;
pub mod app_repositories;
pub mod app_sources;
pub mod approvals;
pub mod apps;
pub mod audit;
pub mod binds;
pub mod blueprints;
pub mod catalog;
pub mod clusters;
pub mod configuration_versions;
#[cfg(feature = "database")]
mod database;
pub mod deploys;
pub mod domains;
pub mod errors;
pub mod events;
pub mod executors;
pub mod forge_accounts;
pub mod git_workspaces;
pub mod graph;
pub mod identity_providers;
pub mod ids;
pub mod integrations;
pub mod jobs;
pub mod jsonapi;
pub mod log_lines;
pub mod names;
pub mod oauth_clients;
pub mod organization_memberships;
pub mod organizations;
pub mod page;
pub mod patch;
pub mod plan_changes;
pub mod pools;
pub mod preferences;
pub mod private_code;
pub mod projects;
pub mod pull_requests;
pub mod repositories;
pub mod resource_changes;
pub mod resources;
pub mod roles;
pub mod routers;
pub mod runner;
pub mod runner_pools;
pub mod runs;
pub mod schedules;
pub mod service_accounts;
pub mod services;
pub mod sessions;
pub mod signing_keys;
pub mod site;
pub mod source_code_versions;
pub mod source_codes;
pub mod ssh_keys;
pub mod states;
pub mod storages;
pub mod team_access;
pub mod teams;
pub mod template_upgrades;
pub mod templates;
pub mod timestamp;
pub mod tokens;
pub mod triggers;
pub mod trusted_issuers;
pub mod users;
pub mod variable_sets;
pub mod variables;
pub mod vcs;
pub mod volumes;
pub mod webhooks;
pub mod workflows;
pub mod workspaces;

pub use errors::Code;
pub use ids::Id;
pub use jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
pub use names::Name;
pub use timestamp::Timestamp;
