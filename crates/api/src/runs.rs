//! Runs, their plan and apply phases, comments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approvals::Approvals;
use crate::jsonapi::Attributes;
use crate::vcs::RunCommit;
use crate::{Name, Timestamp};

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    /// Where it stands.
    pub status: RunStatus,
    /// Since when it stands in each status that it has been in: `planning-at` and so on.
    pub status_timestamps: BTreeMap<String, Timestamp>,
    /// Why it is not going on by itself right now, for people; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Why it failed or was stopped, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What whoever started it wrote.
    pub message: String,
    /// What started it: `api`, `cli`, `ui`, `schedule` ….
    pub source: String,
    /// Who started it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_by: Option<String>,
    /// Whether it destroys everything.
    pub is_destroy: bool,
    /// Whether it can never apply.
    pub plan_only: bool,
    /// Whether it only brings the state up to date.
    pub refresh_only: bool,
    /// Whether the plan looks at the real resources first.
    pub refresh: bool,
    /// Whether an empty plan is applied too.
    pub allow_empty_apply: bool,
    /// Whether a plan with changes is applied without asking.
    pub auto_apply: bool,
    /// Whether the plan is kept until somebody confirms it, without holding the workspace.
    pub save_plan: bool,
    /// Only these addresses.
    pub target_addrs: Vec<String>,
    /// Replace these addresses.
    pub replace_addrs: Vec<String>,
    /// Values for this run only; sensitive ones do not belong here.
    pub variables: Vec<RunVariable>,
    /// Whether the plan has changes; false until there is a plan.
    pub has_changes: bool,
    /// What may be done with it in its status.
    pub actions: RunActions,
    /// What the caller may do with it.
    pub permissions: RunPermissions,
    /// Which approvals it has and lacks, while rules want some; only where one run is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Approvals>,
    /// Resources that may exist although no state has them; only after an apply was lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unaccounted_resources: Vec<UnaccountedResource>,
    /// The commit that its configuration is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<RunCommit>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Run {
    const TYPE: &'static str = "runs";
}

/// Where a run stands (TFE's words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Waits for the workspace.
    Pending,
    /// Waits for its configuration.
    Fetching,
    /// Waits for a runner to plan.
    PlanQueued,
    /// Is being planned.
    Planning,
    /// Planned; waits for a person.
    Planned,
    /// Planned and its policies passed; waits for a person.
    PolicyChecked,
    /// A person said yes.
    Confirmed,
    /// Waits for a runner to apply.
    ApplyQueued,
    /// Is being applied.
    Applying,
    /// Done: applied.
    Applied,
    /// Done: nothing to apply, or it could only plan.
    PlannedAndFinished,
    /// Planned; the plan is kept, the workspace is free.
    PlannedAndSaved,
    /// Done: a person said no.
    Discarded,
    /// Done: it failed.
    Errored,
    /// Done: it was stopped.
    Canceled,
    /// Done: it was stopped without waiting for the engine.
    ForceCanceled,
}

impl RunStatus {
    /// Whether nothing will happen to the run any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Applied
                | Self::PlannedAndFinished
                | Self::Discarded
                | Self::Errored
                | Self::Canceled
                | Self::ForceCanceled
        )
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Fetching => "fetching",
            Self::PlanQueued => "plan_queued",
            Self::Planning => "planning",
            Self::Planned => "planned",
            Self::PolicyChecked => "policy_checked",
            Self::Confirmed => "confirmed",
            Self::ApplyQueued => "apply_queued",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::PlannedAndFinished => "planned_and_finished",
            Self::PlannedAndSaved => "planned_and_saved",
            Self::Discarded => "discarded",
            Self::Errored => "errored",
            Self::Canceled => "canceled",
            Self::ForceCanceled => "force_canceled",
        }
    }
}

/// What may be done with a run in its status, whoever asks (TFE's names).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunActions {
    /// Confirm the plan.
    pub is_confirmable: bool,
    /// Discard it.
    pub is_discardable: bool,
    /// Ask it to stop.
    pub is_cancelable: bool,
    /// Stop it without waiting for the engine.
    pub is_force_cancelable: bool,
}

/// What the caller may do with a run (TFE's names).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunPermissions {
    /// Confirm it.
    pub can_apply: bool,
    /// Discard it.
    pub can_discard: bool,
    /// Approve or reject it, as far as rules want that.
    #[serde(default)]
    pub can_approve: bool,
    /// Ask it to stop.
    pub can_cancel: bool,
    /// Stop it without waiting.
    pub can_force_cancel: bool,
}

/// A value for one run, an HCL expression as on OpenTofu's command line (TFE's shape).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunVariable {
    /// The variable's name.
    pub key: String,
    /// The value, as an HCL expression: `"eu"`, `3`, `["a"]`.
    pub value: String,
}

/// A resource that may exist although no state has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UnaccountedResource {
    /// Its address in the configuration.
    pub address: String,
    /// The id that the provider gave it, if it got so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// What is known about it, in a sentence.
    pub reason: String,
    /// An `import` block that brings it into the state, ready to paste.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_block: Option<String>,
}

/// Why a run does not go on by itself right now; its id is the run's. The run that it waits for, if any, is the relationship
/// `blocking-run`, the pool of runners `agent-pool`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunWaiting {
    /// In a word.
    pub reason: WaitingReason,
    /// In a sentence; absent when it waits for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Its place among those that wait for the same, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Who holds the workspace's lock that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_by: Option<String>,
    /// Why, in the holder's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_reason: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
    /// The name of the pool whose runners it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_name: Option<Name>,
    /// How many runners of the pool are connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runners: Option<u64>,
    /// How many items these can run at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u64>,
    /// How many they run, as of their last heartbeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub busy_slots: Option<u64>,
}

impl Attributes for RunWaiting {
    const TYPE: &'static str = "run-waits";
}

/// What a run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingReason {
    /// Nothing: it goes on, or has ended.
    Nothing,
    /// Its configuration.
    Configuration,
    /// Another run, which has the workspace.
    AnotherRun,
    /// Whoever locked the workspace.
    Lock,
    /// Its turn, which comes in a moment.
    Turn,
    /// A runner: none of its pool is connected.
    NoRunner,
    /// A free slot of its pool's runners.
    Runners,
    /// Approvals that rules want before its plan can be confirmed.
    Approval,
    /// Somebody who confirms or discards its plan.
    Confirmation,
    /// Its engine, which was asked to stop.
    Stopping,
}

/// What a new run needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRun {
    /// Why, for those who look later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether to destroy everything.
    #[serde(default)]
    pub is_destroy: bool,
    /// Whether to plan only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_only: Option<bool>,
    /// Whether to only bring the state up to date.
    #[serde(default)]
    pub refresh_only: bool,
    /// Whether to look at the real resources first; yes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<bool>,
    /// Whether to apply an empty plan too.
    #[serde(default)]
    pub allow_empty_apply: bool,
    /// Whether to apply without asking; the workspace's setting when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_apply: Option<bool>,
    /// Whether to keep the plan without holding the workspace.
    #[serde(default)]
    pub save_plan: bool,
    /// Only these addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_addrs: Option<Vec<String>>,
    /// Replace these addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_addrs: Option<Vec<String>>,
    /// Values for this run only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<RunVariable>>,
    /// What starts it, if not `api`: `cli` or `ui`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Attributes for NewRun {
    const TYPE: &'static str = Run::TYPE;
}

/// The plan or the apply of a run. Both have these fields on the wire; a plan's counts are what would change, an
/// apply's what did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Phase {
    /// Where it stands.
    pub status: PhaseStatus,
    /// Since when it stands in each status that it has been in.
    pub status_timestamps: BTreeMap<String, Timestamp>,
    /// Where to read its log: `offset` and `limit` in bytes, starts with STX, ends with ETX (TFE's protocol).
    pub log_read_url: String,
    /// Created.
    pub resource_additions: u32,
    /// Changed in place.
    pub resource_changes: u32,
    /// Destroyed.
    pub resource_destructions: u32,
    /// Imported.
    pub resource_imports: u32,
    /// Whether it has or had anything to do.
    pub has_changes: bool,
    /// Only for a plan: whether the list of its changes is there. It is before the run waits to be confirmed; for other
    /// runs it may come later, with the event `plan.changes-available`.
    #[serde(default)]
    pub changes_available: bool,
    /// What the engine said was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

impl Attributes for Phase {
    const TYPE: &'static str = "plans";
}

/// Where a phase stands (TFE's words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum PhaseStatus {
    /// Not yet its turn.
    Pending,
    /// Waits for a runner.
    Queued,
    /// A runner has it.
    Running,
    /// Done, well.
    Finished,
    /// Done, badly.
    Errored,
    /// Stopped.
    Canceled,
    /// It will not happen.
    Unreachable,
}

/// Something the engine said was wrong, with the place in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    /// One line.
    pub summary: String,
    /// The rest.
    #[serde(default)]
    pub detail: String,
    /// The resource's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The file, relative to the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The code around the place, with line numbers, ready to show in a monospaced font.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_frame: Option<String>,
    /// The exact place in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<DiagnosticRange>,
    /// The code at the place, with what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<DiagnosticSnippet>,
}

/// A place in a file; lines and columns (in characters) from 1, the end is behind the last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DiagnosticRange {
    /// Line of the first character.
    pub start_line: u32,
    /// Column of the first character.
    pub start_column: u32,
    /// Line behind the last one.
    pub end_line: u32,
    /// Column behind the last one.
    pub end_column: u32,
}

/// The code that a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DiagnosticSnippet {
    /// The block that it is in, such as `resource "aws_instance" "web"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Number of the first line.
    pub start_line: u32,
    /// One or more whole lines.
    pub code: String,
    /// Where in `code` the trouble begins, in UTF-16 code units.
    pub highlight_start: u32,
    /// Where it ends.
    pub highlight_end: u32,
    /// What the references in the code were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<DiagnosticValue>,
}

/// What a reference was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DiagnosticValue {
    /// The reference: `var.region`.
    pub traversal: String,
    /// A statement: `is "eu"`, `is a list of string`.
    pub statement: String,
}

/// The body of confirm, discard, cancel and force-cancel (plain JSON, as in TFE).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// Why, for those who look later.
    #[serde(default)]
    pub comment: String,
}
