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
pub mod jobs;
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
mod volumes;
mod workflows;

pub use apps::{certificate, certificate_until, without_engine};
