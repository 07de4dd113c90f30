//! Stories of access.

mod approvals;
pub mod apps;
mod audited;
pub mod canary;
mod catalog;
mod executors;
mod fixture;
mod git_workspaces;
pub mod integrations;
mod invisible;
mod matrix;
mod operations;
mod people;
mod repositories;
mod requests;
mod resource_changes;
mod roles;
mod schedules;
mod services;
mod shapes;
mod storages;
mod tokens;
mod triggers;
mod workflows;
