//! A phase of a run: one unit of a runner's work, with its log, its outcome and what it took. Pure.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{LogId, OrganizationId, RunId, RunnerId, WorkItemId};
use slipway_api::runner::{Completion, Counts, Outcome, Usage, WorkPhase};
use slipway_api::runs::{Diagnostic, PhaseStatus};
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::blobs::store::Owner;

/// A phase as it is stored. Its id is the run's plan id or apply id.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "phases")]
pub struct Model {
    /// `plan-…` or `apply-…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The run.
    pub run_id: RunId,
    /// The run's organization.
    pub organization_id: OrganizationId,
    /// What kind of phase.
    pub kind: PhaseKind,
    /// Where it stands.
    pub status: PhaseStatus,
    /// Since when it stood in each status it was in.
    pub status_times: StatusTimes,
    /// What the engine said to people.
    pub log_id: LogId,
    /// What the engine said to programs, as JSON lines.
    pub events_log_id: LogId,
    /// The item in the queue, once there is one.
    pub work_item_id: Option<WorkItemId>,
    /// Who ran it.
    pub runner_id: Option<RunnerId>,
    /// Only for a plan: address of the bundle with the plan file.
    pub bundle_address: Option<BlobAddress>,
    /// Only for a plan: SHA-256 of the bundle, which the apply must be of.
    pub bundle_digest: Option<String>,
    /// Only for a plan: address of the plan's JSON form.
    pub plan_json_address: Option<BlobAddress>,
    /// Only for a plan: address of the index of its changes.
    pub changes_address: Option<BlobAddress>,
    /// Whether retention removed its logs.
    pub logs_removed: bool,
    /// How it went.
    pub report: Report,
}

/// A phase.
pub type Phase = Model;

/// Phases relate to nothing by SeaORM's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What kind of phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
pub enum PhaseKind {
    /// Makes a plan.
    Plan,
    /// Carries it out.
    Apply,
}

impl From<PhaseKind> for WorkPhase {
    fn from(kind: PhaseKind) -> Self {
        match kind {
            PhaseKind::Plan => Self::Plan,
            PhaseKind::Apply => Self::Apply,
        }
    }
}

/// Since when a phase stood in each status it was in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StatusTimes(pub BTreeMap<String, Timestamp>);

/// How a phase went, as its runner told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Report {
    /// What changes, or changed.
    pub counts: Counts,
    /// What the engine said was wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The engine's exit code.
    pub exit_code: Option<i32>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// What it took.
    pub usage: Usage,
}

impl Model {
    /// The id of the phase of a kind.
    #[must_use]
    pub fn id_of(run: RunId, kind: PhaseKind) -> String {
        match kind {
            PhaseKind::Plan => run.counterpart::<slipway_api::ids::kind::Plan>().to_string(),
            PhaseKind::Apply => run.counterpart::<slipway_api::ids::kind::Apply>().to_string(),
        }
    }

    /// What keeps its blobs and logs alive.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new("phase", &self.id)
    }

    /// A phase that waits for its turn.
    #[must_use]
    pub fn new(run: RunId, organization: OrganizationId, kind: PhaseKind, log_id: LogId, events_log_id: LogId) -> Self {
        Self {
            id: Self::id_of(run, kind),
            run_id: run,
            organization_id: organization,
            kind,
            status: PhaseStatus::Pending,
            status_times: StatusTimes::default(),
            log_id,
            events_log_id,
            work_item_id: None,
            runner_id: None,
            bundle_address: None,
            bundle_digest: None,
            plan_json_address: None,
            changes_address: None,
            logs_removed: false,
            report: Report::default(),
        }
    }

    /// Waits for a runner.
    #[must_use]
    pub fn queued(mut self, item: WorkItemId, now: Timestamp) -> Self {
        self.work_item_id = Some(item);
        self.reach(PhaseStatus::Queued, now)
    }

    /// A runner has it.
    #[must_use]
    pub fn started(mut self, runner: RunnerId, now: Timestamp) -> Self {
        self.runner_id = Some(runner);
        self.reach(PhaseStatus::Running, now)
    }

    /// A runner said how it ended.
    #[must_use]
    pub fn completed(mut self, completion: &Completion, now: Timestamp) -> Self {
        self.report = Report {
            counts: completion.counts,
            diagnostics: completion.diagnostics.clone(),
            exit_code: completion.exit_code,
            engine_version: completion.engine_version.clone(),
            usage: completion.usage,
        };
        self.reach(
            match completion.outcome {
                Outcome::Succeeded => PhaseStatus::Finished,
                Outcome::Failed | Outcome::TimedOut => PhaseStatus::Errored,
                Outcome::Canceled => PhaseStatus::Canceled,
            },
            now,
        )
    }

    /// It ended without its runner's word, or will not happen.
    #[must_use]
    pub fn ended(self, status: PhaseStatus, now: Timestamp) -> Self {
        if self.is_final() { self } else { self.reach(status, now) }
    }

    /// Whether nothing will happen to it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(
            self.status,
            PhaseStatus::Pending | PhaseStatus::Queued | PhaseStatus::Running
        )
    }

    fn reach(mut self, status: PhaseStatus, now: Timestamp) -> Self {
        self.status = status;
        let word = match status {
            PhaseStatus::Pending => "pending",
            PhaseStatus::Queued => "queued",
            PhaseStatus::Running => "started",
            PhaseStatus::Finished => "finished",
            PhaseStatus::Errored => "errored",
            PhaseStatus::Canceled => "canceled",
            PhaseStatus::Unreachable => "unreachable",
        };
        self.status_times.0.insert(format!("{word}-at"), now);
        self
    }
}
