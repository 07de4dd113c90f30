//! A run and the states it goes through: pure. Every edge of the machine is a method here and has a test.
//!
//! ```text
//! pending → plan_queued → planning ─┬→ planned → confirmed → apply_queued → applying → applied
//!                          ↑   │    ├→ planned_and_saved ↗
//!                          └───┘    └→ planned_and_finished
//! ```
//!
//! Anything that is not final may become errored, canceled, or force_canceled; what waits for a person, discarded.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{ApplyId, ConfigurationVersionId, OrganizationId, PlanId, RunId, UserId, WorkspaceId};
use slipway_api::runner::Counts;
use slipway_api::runs::{RunActions, RunStatus, UnaccountedResource};
use slipway_kernel::{Error, Result};

mod history;
mod options;

pub use history::{History, Step};
pub use options::Options;

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RunId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its workspace.
    pub workspace_id: WorkspaceId,
    /// The files it runs.
    pub configuration_version_id: ConfigurationVersionId,
    /// Where it stands.
    pub status: RunStatus,
    /// Since when it stood in each status it was in, and who brought it there.
    pub history: History,
    /// What to do.
    pub options: Options,
    /// What whoever started it wrote.
    pub message: String,
    /// What started it.
    pub source: String,
    /// Who started it, if it was a user.
    pub created_by: Option<UserId>,
    /// The starter's id and the key of the request: the same request again finds this run.
    pub request_key: Option<String>,
    /// Whether the plan has changes.
    pub has_changes: bool,
    /// Why it failed or was stopped.
    pub error_message: Option<String>,
    /// When somebody asked it to stop.
    pub cancel_requested_at: Option<Timestamp>,
    /// Resources that may exist although no state has them.
    pub unaccounted: Unaccounted,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A run.
pub type Run = Model;

/// Runs relate to nothing by SeaORM's relations; services load what they need.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Resources that may exist although no state has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Unaccounted(pub Vec<UnaccountedResource>);

/// What is known of a plan beside what it counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Whether it has changes that nothing counts.
    pub has_changes: bool,
    /// Whether rules want approvals before it is applied.
    pub needs_approval: bool,
}

/// After a cancel was asked for, how long until it may be forced.
pub const FORCE_CANCEL_AFTER: Duration = Duration::from_secs(10);

impl Model {
    /// The run's plan.
    #[must_use]
    pub fn plan_id(&self) -> PlanId {
        self.id.counterpart()
    }

    /// The run's apply.
    #[must_use]
    pub fn apply_id(&self) -> ApplyId {
        self.id.counterpart()
    }

    /// Whether it needs the workspace for itself: it may apply, and its plan is not kept aside.
    #[must_use]
    pub fn holds_workspace(&self) -> bool {
        !self.options.plan_only && (!self.options.save_plan || self.is_past_confirmation())
    }

    fn is_past_confirmation(&self) -> bool {
        matches!(
            self.status,
            RunStatus::Confirmed | RunStatus::ApplyQueued | RunStatus::Applying
        )
    }

    /// Whether it is one of the workspace's own runs, of which people see the newest: a plan that is kept aside becomes one
    /// when it is confirmed.
    #[must_use]
    pub fn is_of_workspace(&self) -> bool {
        let was_confirmed = || self.has_reached(RunStatus::Confirmed);
        !self.options.plan_only && (!self.options.save_plan || was_confirmed())
    }

    /// Whether it ever was in this status.
    #[must_use]
    pub fn has_reached(&self, status: RunStatus) -> bool {
        self.history.last(status).is_some()
    }

    /// Pending → plan queued: its turn has come.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn queue_plan(mut self, now: Timestamp, by: &str) -> Result<Self> {
        self.require(&[RunStatus::Pending], "be queued")?;
        self.reach(RunStatus::PlanQueued, now, by);
        Ok(self)
    }

    /// Plan queued → planning, or apply queued → applying: a runner has it.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn start(mut self, now: Timestamp, by: &str) -> Result<Self> {
        let next = match self.status {
            RunStatus::PlanQueued => RunStatus::Planning,
            RunStatus::ApplyQueued => RunStatus::Applying,
            _ => return Err(self.refusal("start")),
        };
        self.reach(next, now, by);
        Ok(self)
    }

    /// Planning → plan queued: its runner fell silent, and a plan may be made again.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn requeue_plan(mut self, now: Timestamp) -> Result<Self> {
        self.require(&[RunStatus::Planning], "be planned again")?;
        self.reach(RunStatus::PlanQueued, now, "Slipway");
        Ok(self)
    }

    /// Applying → apply queued: whoever was given the apply never began it.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn requeue_apply(mut self, now: Timestamp) -> Result<Self> {
        self.require(&[RunStatus::Applying], "be queued again")?;
        self.reach(RunStatus::ApplyQueued, now, "Slipway");
        Ok(self)
    }

    /// Planning → what a good plan leads to: waiting for a person, queued to apply, kept, or finished; canceled when somebody
    /// asked for that meanwhile. Where rules want approvals, it waits even if it applies by itself.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn finish_plan(mut self, counts: &Counts, seen: Planned, now: Timestamp) -> Result<Self> {
        self.require(&[RunStatus::Planning], "have a plan")?;
        self.has_changes = seen.has_changes || counts.has_changes();
        if self.cancel_requested_at.is_some() {
            return self.canceled(now, "Stopped on request, when its plan had just been made.".to_owned());
        }
        let something_to_do = self.has_changes || self.options.allow_empty_apply;
        if self.options.plan_only || !something_to_do {
            self.reach(RunStatus::PlannedAndFinished, now, "Slipway");
        } else if self.options.save_plan {
            self.reach(RunStatus::PlannedAndSaved, now, "Slipway");
        } else {
            self.reach(RunStatus::Planned, now, "Slipway");
            if self.options.auto_apply && !seen.needs_approval {
                self.reach(RunStatus::Confirmed, now, "auto-apply");
                self.reach(RunStatus::ApplyQueued, now, "Slipway");
            }
        }
        Ok(self)
    }

    /// Planned → apply queued: a person said yes.
    ///
    /// # Errors
    ///
    /// `Conflict` when there is no plan that waits for it.
    pub fn confirm(mut self, now: Timestamp, by: &str) -> Result<Self> {
        self.require(&CONFIRMABLE, "be confirmed")?;
        self.reach(RunStatus::Confirmed, now, by);
        self.reach(RunStatus::ApplyQueued, now, "Slipway");
        Ok(self)
    }

    /// Waiting → discarded: a person said no.
    ///
    /// # Errors
    ///
    /// `Conflict` when it does not wait for a person or for its turn.
    pub fn discard(mut self, now: Timestamp, by: &str) -> Result<Self> {
        self.require(&DISCARDABLE, "be discarded")?;
        self.reach(RunStatus::Discarded, now, by);
        Ok(self)
    }

    /// Waiting, for its turn or for a person → discarded: nobody needs it any more, as a newer commit takes its place.
    ///
    /// # Errors
    ///
    /// `Conflict` when a runner has it, or somebody said yes to it.
    pub fn supersede(mut self, now: Timestamp, reason: String) -> Result<Self> {
        self.require(&SUPERSEDABLE, "be superseded")?;
        self.error_message = Some(reason);
        self.reach(RunStatus::Discarded, now, "Slipway");
        Ok(self)
    }

    /// Whether a newer commit may still take its place.
    #[must_use]
    pub fn is_supersedable(&self) -> bool {
        SUPERSEDABLE.contains(&self.status)
    }

    /// Planning → asked to stop: nobody needs the plan any more.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn abandon_plan(mut self, now: Timestamp, reason: String) -> Result<Self> {
        self.require(&[RunStatus::Planning], "be abandoned")?;
        self.error_message = Some(reason);
        self.cancel_requested_at = self.cancel_requested_at.or(Some(now));
        Ok(self)
    }

    /// Applying → applied.
    ///
    /// # Errors
    ///
    /// `Conflict` in any other status.
    pub fn finish_apply(mut self, now: Timestamp) -> Result<Self> {
        self.require(&[RunStatus::Applying], "be applied")?;
        self.reach(RunStatus::Applied, now, "Slipway");
        Ok(self)
    }

    /// Somebody asks it to stop. What no runner has yet is canceled at once; a runner is asked, and answers in time.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is done, or waits for a person (then it is discarded instead).
    pub fn cancel(mut self, now: Timestamp, by: &str) -> Result<Self> {
        self.require(&CANCELABLE, "be canceled")?;
        if self.is_on_runner() {
            self.cancel_requested_at = self.cancel_requested_at.or(Some(now));
        } else {
            self.error_message = Some(format!("Canceled by {by} before it started."));
            self.reach(RunStatus::Canceled, now, by);
        }
        Ok(self)
    }

    /// A runner did as it was asked.
    ///
    /// # Errors
    ///
    /// `Conflict` when no runner has it.
    pub fn canceled(mut self, now: Timestamp, reason: String) -> Result<Self> {
        self.require(&[RunStatus::Planning, RunStatus::Applying], "end as canceled")?;
        // Who asked may have said why.
        self.error_message = self.error_message.or(Some(reason));
        self.reach(RunStatus::Canceled, now, "Slipway");
        Ok(self)
    }

    /// Stops it without waiting for the runner, when that has not done as asked in time.
    ///
    /// # Errors
    ///
    /// `Conflict` when it was not asked to stop, or not long enough ago.
    pub fn force_cancel(mut self, now: Timestamp, by: &str) -> Result<Self> {
        if !self.can_force_cancel(now) {
            return Err(Error::conflict(format!(
                "Run {} cannot be forced to stop now. Cancel it first; {} seconds later it can be forced if the engine \
                 has not ended by then.",
                self.id,
                FORCE_CANCEL_AFTER.as_secs()
            )));
        }
        self.error_message = Some(format!(
            "Forced to stop by {by} while {}. What the engine did since its last saved state is not known.",
            if self.status == RunStatus::Applying {
                "applying"
            } else {
                "planning"
            }
        ));
        self.reach(RunStatus::ForceCanceled, now, by);
        Ok(self)
    }

    /// Anything not final → errored.
    ///
    /// # Errors
    ///
    /// `Conflict` when it is done.
    pub fn fail(mut self, now: Timestamp, reason: impl Into<String>) -> Result<Self> {
        if self.status.is_final() {
            return Err(self.refusal("fail"));
        }
        self.error_message = Some(reason.into());
        self.reach(RunStatus::Errored, now, "Slipway");
        Ok(self)
    }

    /// Whether its plan waits for a person.
    #[must_use]
    pub fn is_confirmable(&self) -> bool {
        CONFIRMABLE.contains(&self.status)
    }

    /// Whether a runner has it.
    #[must_use]
    pub fn is_on_runner(&self) -> bool {
        matches!(self.status, RunStatus::Planning | RunStatus::Applying)
    }

    fn can_force_cancel(&self, now: Timestamp) -> bool {
        self.is_on_runner()
            && self
                .cancel_requested_at
                .is_some_and(|asked| now >= asked.after(FORCE_CANCEL_AFTER))
    }

    /// What may be done with it now.
    #[must_use]
    pub fn actions(&self, now: Timestamp) -> RunActions {
        RunActions {
            is_confirmable: self.is_confirmable(),
            is_discardable: DISCARDABLE.contains(&self.status),
            is_cancelable: CANCELABLE.contains(&self.status) && self.cancel_requested_at.is_none(),
            is_force_cancelable: self.can_force_cancel(now),
        }
    }

    /// `planning-at` and so on, as TFE writes them.
    #[must_use]
    pub fn status_timestamps(&self) -> BTreeMap<String, Timestamp> {
        let entry = |step: &Step| (format!("{}-at", step.status.as_str().replace('_', "-")), step.at);
        self.history.0.iter().map(entry).collect()
    }

    /// When it came to its status.
    #[must_use]
    pub fn status_since(&self) -> Timestamp {
        self.history.0.last().map_or(self.created_at, |step| step.at)
    }

    fn reach(&mut self, status: RunStatus, now: Timestamp, by: &str) {
        self.status = status;
        self.history.0.push(Step {
            status,
            at: now,
            by: by.to_owned(),
        });
    }

    fn require(&self, allowed: &[RunStatus], verb: &str) -> Result<()> {
        if allowed.contains(&self.status) {
            Ok(())
        } else {
            Err(self.refusal(verb))
        }
    }

    fn refusal(&self, verb: &str) -> Error {
        Error::conflict(format!(
            "Run {} cannot {verb}: it is {}.",
            self.id,
            self.status.as_str().replace('_', " ")
        ))
        .with_meta("status", self.status.as_str())
    }
}

const CONFIRMABLE: [RunStatus; 3] = [RunStatus::Planned, RunStatus::PolicyChecked, RunStatus::PlannedAndSaved];
const DISCARDABLE: [RunStatus; 4] = [
    RunStatus::Pending,
    RunStatus::Planned,
    RunStatus::PolicyChecked,
    RunStatus::PlannedAndSaved,
];
const SUPERSEDABLE: [RunStatus; 6] = [
    RunStatus::Pending,
    RunStatus::Fetching,
    RunStatus::PlanQueued,
    RunStatus::Planned,
    RunStatus::PolicyChecked,
    RunStatus::PlannedAndSaved,
];
const CANCELABLE: [RunStatus; 7] = [
    RunStatus::Pending,
    RunStatus::Fetching,
    RunStatus::PlanQueued,
    RunStatus::Planning,
    RunStatus::Confirmed,
    RunStatus::ApplyQueued,
    RunStatus::Applying,
];

#[cfg(test)]
#[path = "model_tests.rs"]
pub(crate) mod tests;
