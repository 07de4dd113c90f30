//! Apps, and what runs them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Apps, and what runs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Apps {
    /// Whether the Docker Engine of this machine runs apps, where there is one.
    pub docker: bool,
    /// Where the Docker Engine listens, when it is not `/var/run/docker.sock`.
    #[schema(value_type = Option<String>)]
    pub docker_socket: Option<PathBuf>,
    /// Address and port at which the built-in router takes requests to apps, while there is a Docker Engine.
    #[schema(value_type = String)]
    pub router_listen: SocketAddr,
    /// Apps answer at `NAME.ORGANIZATION.DOMAIN`. Names below `localhost` lead to the machine itself.
    pub domain: String,
    /// The address that people open apps at, with `*` for the host, where it is not that of the router: `https://*`.
    pub public_url: Option<String>,
    /// Seconds that units of the version before get to end what they have begun.
    pub drain_seconds: u64,
    /// Seconds until new units have to be ready, where their check says nothing else.
    pub start_seconds: u64,
    /// Days for which what units write is kept.
    pub log_days: u32,
    /// How much of what its units write is kept of each app, in bytes as they were written; the oldest goes first.
    pub log_bytes: u64,
    /// How much of that is taken each second of each unit, in bytes, on average of ten seconds; what is more is skipped, with a line
    /// that says how much.
    pub log_bytes_per_second: u64,
    /// Minutes after which a command is ended at which nobody types and that writes nothing.
    pub command_idle_minutes: u64,
    /// How many of the newest versions of an app can be run again: images that were built for others are taken away, but for what
    /// runs. Images that came from a registry are not touched.
    pub versions_kept: u32,
    /// Private IPv4 addresses that networks of organizations get theirs from on the Docker Engine, 256 each: `10.213.0.0/16` is enough for
    /// 256 organizations. Without it they are of the engine's own pools, which are about 30 networks where its `daemon.json` says
    /// nothing else. Networks that are there stay as they are.
    #[schema(value_type = Option<String>)]
    pub network_range: Option<ipnet::Ipv4Net>,
    /// The archive of an app's source, packed, in bytes.
    pub source_bytes: usize,
    /// Whether commands of builds have no network.
    pub builds_without_network: bool,
    /// The images that platforms build on, by the platform's name: `build` to build in, `run` to run in. What is not said is a
    /// public image.
    #[schema(value_type = Object)]
    pub platform_images: BTreeMap<String, PlatformImages>,
}

/// The images that a platform builds on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlatformImages {
    /// In which it builds.
    pub build: String,
    /// In which the app runs.
    pub run: String,
}

impl Default for Apps {
    fn default() -> Self {
        Self {
            docker: true,
            docker_socket: None,
            router_listen: SocketAddr::from(([127, 0, 0, 1], 8090)),
            domain: "localhost".to_owned(),
            public_url: None,
            drain_seconds: 10,
            start_seconds: 120,
            log_days: 14,
            log_bytes: 1 << 30,
            log_bytes_per_second: 1 << 20,
            command_idle_minutes: 30,
            versions_kept: 20,
            network_range: None,
            source_bytes: 256 << 20,
            builds_without_network: false,
            platform_images: BTreeMap::new(),
        }
    }
}
