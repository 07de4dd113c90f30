//! What a router that is a process of its own tells who gives it its tables, each time it asks for the next one.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::measured::Measured;

/// Where it is asked, below the server's address, with its token. The answer is a table that is newer than the one that is served, or 204.
pub const PATH: &str = "api/v2/router/table";

/// How a router is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the table that it serves; zero without one.
    pub serves: u64,
    /// Units that are not in the table any more and have requests that did not end.
    pub busy: Vec<SocketAddr>,
    /// Its program's version.
    pub program: String,
    /// How long it waits for a newer table, in milliseconds.
    pub waits_ms: u64,
    /// What it counted of each route.
    #[serde(default)]
    pub measured: BTreeMap<String, Measured>,
}
