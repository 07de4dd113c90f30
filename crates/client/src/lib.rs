//! The one HTTP client of Slipway's API, used by the command line, the runner and end-to-end tests.
//!
//! Reading order: `client.rs` (settings and the [`Client`]), `call.rs` (one request), `send.rs` (sending it, and when to
//! send it again), `error.rs`. Then one file per slice of the API with a method per operation. Streams: `sse.rs` (the
//! format), `log_stream.rs` and `event_stream.rs` (readers that resume).
//!
//! What must stay true: a request is repeated only when that cannot do a thing twice; a token is never in an error, a
//! log line or a redirect to another host.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod access;
mod audit;
mod call;
mod client;
mod configuration_versions;
mod error;
mod event_stream;
mod events;
mod identity_providers;
mod integrations;
mod listing;
mod log_stream;
mod members;
mod oauth;
mod organizations;
mod projects;
mod random;
mod repositories;
mod retry;
mod roles;
mod runner;
mod runner_pools;
mod runs;
mod send;
pub mod sse;
mod ssh_keys;
mod states;
mod stream;
mod teams;
mod tokens;
mod triggers;
mod trusted_issuers;
mod users;
mod variable_sets;
mod variables;
mod webhooks;
mod workspaces;

pub use access::AccessQuestion;
pub use audit::AuditExport;
pub use client::{Client, ClientSettings};
pub use error::{ApiError, ClientError, Problem};
pub use event_stream::{EventItem, EventStream};
pub use events::EventFilter;
pub use listing::Listing;
pub use log_stream::{LogItem, LogStream, PhaseId};
pub use oauth::{AuthorizationServer, BrowserSignIn, DeviceWait, IssuedToken, OAuthRefusal};
pub use runner::{WorkLease, WorkStream};
pub use runs::{RunDocument, RunFilter};
pub use variable_sets::VariableSetTarget;
pub use workspaces::{WorkspaceFilter, WorkspacePlace};

/// A resource of the API, as every method returns it.
pub type Resource<A> = slipway_api::Resource<A>;
