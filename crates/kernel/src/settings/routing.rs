//! How requests come to apps: who takes them, with TLS or without, and which names count.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How requests come to apps, where the Docker Engine of this machine runs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Routing {
    /// Who takes requests to apps: `embedded` in the server, `separate` for processes of their own (`slipway router`), or `off`.
    pub mode: RouterMode,
    /// Address and port at which the embedded router takes requests with TLS; absent for none.
    #[schema(value_type = Option<String>)]
    pub tls_listen: Option<SocketAddr>,
    /// The port at which the world finds the router without TLS. Proofs of domains are asked for there.
    pub http_port: u16,
    /// The port at which the world finds the router with TLS.
    pub tls_port: u16,
    /// Names below these count for whoever adds them first, without a proof. Wildcards never do.
    pub trusted_domains: Vec<String>,
    /// Name servers that are asked for proofs; the system's when there are none.
    #[schema(value_type = Vec<String>)]
    pub name_servers: Vec<SocketAddr>,
    /// The ACME directory that certificates are got from, as `https://acme-v02.api.letsencrypt.org/directory`. Naming it agrees to
    /// the authority's terms. Absent: certificates are uploaded.
    pub acme_directory: Option<String>,
    /// The mail address that the authority may write to.
    pub acme_email: Option<String>,
    /// Largest body of a request in bytes, where an app says nothing else; 0 for any size.
    pub most_bytes: u64,
    /// Seconds until an app's answer has to begin, where it says nothing else.
    pub patience_seconds: u32,
    /// Requests that an app may have at work at once, where it says nothing else; 0 for any number.
    pub most_requests: u32,
}

/// Who takes requests to apps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RouterMode {
    /// The server.
    #[default]
    Embedded,
    /// Processes of their own, which ask the server where requests go.
    Separate,
    /// Nobody.
    Off,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            mode: RouterMode::default(),
            tls_listen: None,
            http_port: 80,
            tls_port: 443,
            trusted_domains: vec!["localhost".to_owned()],
            name_servers: Vec::new(),
            acme_directory: None,
            acme_email: None,
            most_bytes: 0,
            patience_seconds: 60,
            most_requests: 0,
        }
    }
}
