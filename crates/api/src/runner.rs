//! The runner protocol: plain JSON between a runner and the server, always asked for by the runner.
//!
//! A runner registers with its pool's token, claims items by long poll, and gets with each item a run token that works
//! for this item alone until the lease ends. Every write of the runner is idempotent: repeating it with the same
//! content succeeds, so that a lost answer costs nothing. Paths are in the comments of the types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::{RunId, RunnerId, WorkItemId, WorkspaceId};
use crate::runs::{Diagnostic, UnaccountedResource};
use crate::variables::VariableCategory;
use crate::workspaces::EngineKind;

/// `POST /api/v2/runners`, with the pool's token: a runner says that it is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Registration {
    /// A name for people; the host's by default.
    pub name: String,
    /// The runner program's version.
    pub version: String,
    /// `linux_amd64` and the like.
    pub platform: String,
    /// What the sandbox enforces here.
    pub sandbox: SandboxLevel,
    /// How many items it runs at once.
    pub slots: u32,
    /// For people, and for pools that select by them.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// What a sandbox enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxLevel {
    /// Nothing: whatever runs can read what the runner can.
    None,
    /// Some rules cannot be enforced by this kernel.
    Partial,
    /// All rules.
    Full,
}

/// The answer to [`Registration`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Registered {
    /// The runner's id from now on.
    pub runner_id: RunnerId,
    /// How long a lease lasts; heartbeats come three times as often.
    pub lease_ms: u64,
}

/// `POST /api/v2/runners/{id}/claim`, with the pool's token: waits up to `wait-ms` for an item. 204 when there is none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClaimRequest {
    /// How long the answer may take; at most 60,000.
    pub wait_ms: u64,
    /// Items that this runner holds already, so that the server shows it as it is.
    #[serde(default)]
    pub running: Vec<WorkItemId>,
}

/// An item of work, and the right to do it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Claim {
    /// The item.
    pub work_item_id: WorkItemId,
    /// Grows with every claim of the item; a write that carries an older one is refused.
    pub fence: i64,
    /// Opens what this item needs, until the lease ends. Never logged.
    pub run_token: String,
    /// Until when the item is this runner's without a heartbeat.
    pub lease_until: Timestamp,
    /// What to do, all of it, so that no further request stands before the engine's start.
    pub context: WorkContext,
    /// Where the item's log goes on: an attempt before this one, whose runner was lost, may have left something in it.
    #[serde(default)]
    pub log_offset: u64,
    /// Where its events go on.
    #[serde(default)]
    pub events_offset: u64,
}

/// `GET /api/v2/work/{item}/context`: what to do; also part of the [`Claim`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkContext {
    /// The run.
    pub run_id: RunId,
    /// Which phase of it.
    pub phase: WorkPhase,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The workspace's name, for people.
    pub workspace_name: String,
    /// The organization's name, for people.
    pub organization_name: String,
    /// The engine's own workspace name (`TF_WORKSPACE`).
    pub engine_workspace: String,
    /// Which engine.
    pub engine: EngineKind,
    /// Version constraint on it.
    pub engine_version: String,
    /// Digest of the configuration archive; its bytes are at `GET …/configuration`.
    pub configuration_digest: String,
    /// Directory of the configuration to start in; empty for its root.
    pub working_directory: String,
    /// What kind of plan.
    pub options: PlanOptions,
    /// The values to use.
    pub variables: Vec<WorkVariable>,
    /// What proves to clouds which run this is; none where the workspace asks for nothing of the kind.
    #[serde(default)]
    pub identity: Option<WorkIdentity>,
    /// What opens private modules to `init`; none where nothing was given for it.
    #[serde(default)]
    pub git: Option<WorkGit>,
    /// The state to start from; null for none. Its bytes are at `GET …/state`.
    pub state: Option<StateReference>,
    /// Only for the apply phase: digest of the plan bundle to apply. Its bytes are at `GET …/plan`.
    pub plan_digest: Option<String>,
    /// How long the engine may run.
    pub timeout_ms: u64,
    /// After an interrupt, how long until it is told to terminate, and from there until it is killed.
    pub stop_grace_ms: u64,
    /// Bytes of log that the phase may have; beyond, the log says that it was cut.
    pub log_limit_bytes: u64,
    /// Where the plan phase ran, if it did: a runner with this id has the directory still.
    pub planned_by: Option<RunnerId>,
    /// Only for the plan phase: when the list of changes is wanted.
    #[serde(default)]
    pub changes_wanted: ChangesWanted,
    /// Only for the plan phase: whether the plan's JSON form comes before the end of the plan, after which the server reads it.
    #[serde(default)]
    pub needs_plan_json: bool,
}

/// When the list of a plan's changes is wanted, for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangesWanted {
    /// When there is nothing else to do: nobody waits.
    #[default]
    Later,
    /// At once, but the end of the plan does not wait for it.
    Soon,
    /// Before the end of the plan, after which somebody has to decide about them.
    First,
}

/// Which phase of a run an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkPhase {
    /// Make a plan.
    Plan,
    /// Carry a plan out.
    Apply,
}

/// What kind of plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanOptions {
    /// Destroy everything.
    pub destroy: bool,
    /// Only bring the state up to date.
    pub refresh_only: bool,
    /// Look at the real resources first.
    pub refresh: bool,
    /// Only these addresses.
    pub targets: Vec<String>,
    /// Replace these addresses.
    pub replace: Vec<String>,
}

/// A value for the run, secrets included: this type is never logged and has no `Debug` of its value.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkVariable {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it is an input of.
    pub category: VariableCategory,
    /// Whether the value is an HCL expression.
    pub hcl: bool,
    /// Whether the value is a secret, to be masked in logs.
    pub sensitive: bool,
}

impl std::fmt::Debug for WorkVariable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WorkVariable")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Stands for the directory of the files in everything that a [`WorkIdentity`] says.
pub const IDENTITY_DIRECTORY: &str = "@identity@";

/// What proves to clouds which run this is, as files and environment: in the [`WorkContext`], and anew from
/// `GET /api/v2/work/{item}/identity` before it expires. Holds secrets, and has no `Debug` of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkIdentity {
    /// Contents of files by name. [`IDENTITY_DIRECTORY`] in them stands for the directory that they are in.
    pub files: BTreeMap<String, String>,
    /// Environment variables, with [`IDENTITY_DIRECTORY`] likewise.
    pub environment: BTreeMap<String, String>,
    /// The tokens themselves, to be masked.
    pub tokens: Vec<String>,
    /// After how long it should be fetched anew.
    pub renew_after_ms: u64,
}

impl std::fmt::Debug for WorkIdentity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WorkIdentity")
            .field("files", &self.files.keys())
            .field("environment", &self.environment.keys())
            .finish_non_exhaustive()
    }
}

/// Stands for the directory of the files in everything that a [`WorkGit`] says.
pub const GIT_DIRECTORY: &str = "@git@";

/// What opens private repositories to the `git` that `init` starts, as files and environment. They are there while `init`
/// runs and not a moment longer. Holds secrets, and has no `Debug` of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkGit {
    /// Contents of files by name. [`GIT_DIRECTORY`] in them stands for the directory that they are in.
    pub files: BTreeMap<String, String>,
    /// Environment variables, with [`GIT_DIRECTORY`] likewise; none of them is secret.
    pub environment: BTreeMap<String, String>,
    /// Passwords and keys, to be masked.
    pub secrets: Vec<String>,
}

impl std::fmt::Debug for WorkGit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WorkGit")
            .field("files", &self.files.keys())
            .finish_non_exhaustive()
    }
}

/// Which state to start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateReference {
    /// Its serial.
    pub serial: u64,
    /// Its lineage.
    pub lineage: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// The answer to `PUT …/log?offset=N` and `PUT …/events?offset=N` (bytes; events are JSON lines).
///
/// The same bytes at the same offset again are a success. A gap is refused with code `offset-gap` and
/// `meta.expected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Accepted {
    /// The server has seen the bytes before this offset.
    pub received: u64,
    /// The bytes before this offset are durable; the runner may forget them.
    pub stored: u64,
}

/// `POST …/heartbeat`: still here.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Heartbeat {
    /// What the runner is doing: `preparing`, `initializing`, `planning`, `applying`, `uploading`.
    #[serde(default)]
    pub step: String,
}

/// The answer to [`Heartbeat`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct HeartbeatAnswer {
    /// What to do from now on.
    pub directive: Directive,
    /// Until when the item is this runner's.
    pub lease_until: Timestamp,
}

/// What the server wants from a runner that has an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Directive {
    /// Go on.
    Continue,
    /// Interrupt the engine, with graces.
    Cancel,
    /// Kill the engine at once.
    Kill,
}

/// `POST …/complete`: the end of the item. Repeating it is a success.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Completion {
    /// How it ended.
    pub outcome: Outcome,
    /// For people: why it did not end well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The engine's exit code; absent when it never ran or was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Bytes of log that were sent.
    pub log_bytes: u64,
    /// Bytes of events that were sent.
    pub event_bytes: u64,
    /// What changes, or changed.
    #[serde(default)]
    pub counts: Counts,
    /// Digest of the plan bundle that was uploaded by `PUT …/plan`; only for the plan phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_digest: Option<String>,
    /// Whether the plan's JSON was uploaded by `PUT …/plan-json`.
    #[serde(default)]
    pub has_plan_json: bool,
    /// The engine's version that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// What the engine said was wrong.
    #[serde(default)]
    pub diagnostics: Vec<Diagnostic>,
    /// Resources that may exist although no state has them; only for the apply phase.
    #[serde(default)]
    pub unaccounted: Vec<UnaccountedResource>,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
}

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Well.
    Succeeded,
    /// Badly.
    Failed,
    /// It was asked to stop, and did.
    Canceled,
    /// It took longer than it may.
    TimedOut,
}

/// What a plan would change, or an apply changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Counts {
    /// Created.
    pub add: u32,
    /// Changed in place.
    pub change: u32,
    /// Destroyed.
    pub destroy: u32,
    /// Imported.
    pub import: u32,
    /// Changed outputs.
    pub outputs: u32,
}

impl Counts {
    /// Whether there is anything to apply.
    #[must_use]
    pub const fn has_changes(&self) -> bool {
        self.add + self.change + self.destroy + self.import + self.outputs > 0
    }
}

/// What an item took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Usage {
    /// From claim to the engine's first start.
    pub start_ms: u64,
    /// Of the engine's start to its end.
    pub engine_ms: u64,
    /// Largest resident memory of the engine.
    pub max_memory_bytes: u64,
    /// Whether `init` was left out because everything it would do was there.
    pub init_skipped: bool,
}
