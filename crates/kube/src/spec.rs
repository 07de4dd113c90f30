//! What shall run.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::names::ProcessId;
use crate::volumes::Mount;

/// One process of one deploy of one app, as it shall run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessSpec {
    /// Which one.
    pub id: ProcessId,
    /// The number of the app's version that it runs.
    pub version: u32,
    /// How many of it; with [`Self::autoscale`] it begins with these, and the cluster says how many.
    pub units: u32,
    /// What each of them runs.
    pub unit: UnitSpec,
    /// Where requests are taken.
    pub ports: Vec<u16>,
    /// Whether a unit takes requests now.
    pub readiness: Option<Check>,
    /// Whether a unit has to be started again.
    pub liveness: Option<Check>,
    /// Whether a unit is through with starting; until then the others wait.
    pub startup: Option<Check>,
    /// Between being taken from its routes and being asked to end, so that whoever has not heard of it is still answered.
    /// Whole seconds.
    pub drain: Duration,
    /// Between being asked to end (`SIGTERM`) and being killed. Whole seconds.
    pub grace: Duration,
    /// How many there are by what they take.
    pub autoscale: Option<Autoscale>,
}

/// What one unit runs, for processes and for what is run once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSpec {
    /// An image by its digest: `registry/name@sha256:…`.
    pub image: String,
    /// In place of the image's `ENTRYPOINT` and `CMD`; those when it is empty.
    pub command: Vec<String>,
    /// The environment; kept in a Secret.
    pub env: BTreeMap<String, String>,
    /// How much it may take.
    pub limits: Limits,
    /// How the image is fetched, when not everybody may.
    pub login: Option<Login>,
    /// Beside ours.
    pub labels: BTreeMap<String, String>,
    /// Of the units.
    pub annotations: BTreeMap<String, String>,
    /// A `RuntimeClass` of the cluster, for sandboxes.
    pub runtime_class: Option<String>,
    /// What it sees in its files beside its image.
    pub mounts: Vec<Mount>,
    /// Whether it waits for somebody to be at it, who is heard once.
    pub talks: Talks,
}

/// Whether a unit reads what somebody says to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Talks {
    /// To nobody.
    #[default]
    Not,
    /// With whoever is at it.
    Plainly,
    /// The same, by a terminal.
    ByTerminal,
}

/// How much a unit may take and what is kept free for it; zero for as much as there is, and for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// In bytes. Whoever takes more is killed.
    pub memory: u64,
    /// In thousandths of a processor. Whoever wants more waits.
    pub processor: u32,
    /// Kept free on its machine, in bytes.
    pub requested_memory: u64,
    /// Kept free on its machine, in thousandths of a processor.
    pub requested_processor: u32,
}

/// Who fetches an image.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// `registry.example.test`, as it stands at the beginning of the image's name.
    pub registry: String,
    /// Name of the account.
    pub username: String,
    /// Its password.
    pub password: String,
}

/// A question to a unit that is asked again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How it is asked.
    pub question: Question,
    /// Before the first one. Whole seconds.
    pub delay: Duration,
    /// Between one and the next. Whole seconds, at least one.
    pub every: Duration,
    /// For the answer. Whole seconds, at least one.
    pub patience: Duration,
    /// How many in a row must go wrong.
    pub failures: u32,
}

/// How a unit is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// By a request that is answered with a status from 200 to 399.
    Http {
        /// Where.
        port: u16,
        /// `/healthz`.
        path: String,
    },
    /// By a connection.
    Tcp {
        /// Where.
        port: u16,
    },
    /// By a command in it that ends with zero.
    Command(Vec<String>),
}

/// How many units there are by how busy they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autoscale {
    /// Never fewer.
    pub least: u32,
    /// Never more.
    pub most: u32,
    /// How busy they shall be: percent of the processor that is kept free for them.
    pub processor_percent: Option<u32>,
    /// How full they shall be: percent of the memory that is kept free for them.
    pub memory_percent: Option<u32>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Login")
            .field("registry", &self.registry)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}
