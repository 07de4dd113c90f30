//! The one HTTP client of Slipway's API, used by the command line, the runner and end-to-end tests.
//!
//! Reading order: `client.rs` (settings and the [`Client`]), `call.rs` (one request), `send.rs` (sending it, and when to
//! send it again), `error.rs`. Then one file per slice of the API with a method per operation. Streams: `sse.rs` (the
//! format), `log_stream.rs`, `event_stream.rs` and `app_log.rs` (readers that resume).
//!
//! What must stay true: a request is repeated only when that cannot do a thing twice; a token is never in an error, a
//! log line or a redirect to another host.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod access;
mod app_log;
mod app_processes;
mod approvals;
mod apps;
mod audit;
mod blueprints;
mod call;
mod client;
mod commands;
mod configuration_versions;
mod deploys;
mod domains;
mod error;
mod event_stream;
mod events;
mod executors;
mod git_workspaces;
mod graph;
mod identity_providers;
mod integrations;
mod jobs;
mod listing;
mod log_stream;
mod members;
mod oauth;
mod organizations;
mod pools;
mod projects;
mod pull_requests;
mod random;
mod repositories;
mod resource_changes;
mod resources;
mod retry;
mod roles;
mod routers;
mod runner;
mod runner_pools;
mod runs;
mod schedules;
mod send;
mod services;
mod source_code_versions;
mod source_codes;
pub mod sse;
mod ssh_keys;
mod states;
mod storages;
mod stream;
mod teams;
mod templates;
mod tokens;
mod triggers;
mod trusted_issuers;
mod users;
mod variable_sets;
mod variables;
mod volumes;
mod webhooks;
mod workflows;
mod workspaces;

pub use access::AccessQuestion;
pub use app_log::{AppLog, AppLogFilter, AppLogItem};
pub use apps::AppFilter;
pub use audit::AuditExport;
pub use client::{Client, ClientSettings};
pub use commands::{AppCommand, AppCommandItem, AppCommandOrders, AppCommandSaid};
pub use error::{ApiError, ClientError, Problem};
pub use event_stream::{EventItem, EventStream};
pub use events::EventFilter;
pub use executors::ExecutorFilter;
pub use graph::GraphFilter;
pub use jobs::JobFilter;
pub use listing::Listing;
pub use log_stream::{LogItem, LogStream, PhaseId};
pub use oauth::{AuthorizationServer, BrowserSignIn, DeviceWait, IssuedToken, OAuthRefusal};
pub use pull_requests::PullRequestFilter;
pub use resources::ResourceFilter;
pub use runner::{WorkLease, WorkStream};
pub use runs::{RunDocument, RunFilter};
pub use schedules::ScheduleFilter;
pub use source_code_versions::VersionFilter;
pub use variable_sets::VariableSetTarget;
pub use workflows::WorkflowFilter;
pub use workspaces::{WorkspaceFilter, WorkspacePlace};

/// A resource of the API, as every method returns it.
pub type Resource<A> = slipway_api::Resource<A>;
