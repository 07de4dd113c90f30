//! What happens next to a change, by what is known of it: pure, and the whole of the machine.
//!
//! ```text
//! planning → waiting → applying → applied
//!     ↑  └──────┴─────────┴──→ failed, rejected, canceled
//!     └── retry of failed
//! ```
//!
//! A change of a demo goes the same way, and its run ends with its plan: nothing is applied on the way from applying to applied.
//!
//! It looks at how things are, not at what happened: the same question again gets the same answer, whatever was killed or
//! told twice in between. People's own steps (reject, retry, cancel) are not here.

use slipway_api::resource_changes::ResourceChangeStatus as Status;
use slipway_api::runs::RunStatus;

/// What is known of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How far it is.
    pub status: Status,
    /// Its run.
    pub run: Run,
    /// What it stands on, or what stands on it.
    pub ground: Ground,
    /// Whether it may be applied.
    pub leave: Leave,
}

/// The run of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It needs none.
    NotNeeded,
    /// It has none yet.
    None,
    /// It had one that is not there any more.
    Gone,
    /// It has one.
    Is(RunStatus),
    /// Of a demo: what there is to see is there, and there is nothing to confirm but the change itself.
    Shown,
}

/// What a change stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// It is as it must be.
    Firm,
    /// It will be: why not yet.
    Coming(String),
    /// It will not be: why.
    Lost(String),
}

/// Whether a change may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// No approval is needed, and nobody has to say more.
    Free,
    /// No approval is needed, but somebody has to confirm.
    Ask,
    /// Approvals are missing.
    Missing,
    /// All rules are met.
    Met,
}

impl Leave {
    const fn is_given(self) -> bool {
        matches!(self, Self::Free | Self::Met)
    }
}

/// What to do with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is over, or something else has to happen first.
    Rest,
    /// Nothing, and say why.
    Hold(String),
    /// Start its run.
    Start,
    /// Its plan is there: let people see it.
    Present,
    /// Confirm its run; of a demo, only the change.
    Confirm,
    /// The resource becomes what it says.
    Succeed,
    /// It failed; where there is no better reason, for this one.
    Fail(Option<String>),
    /// Somebody stopped its run before anything was applied.
    Cancel,
    /// Somebody discarded its run.
    Reject,
}

/// Decides.
#[must_use]
pub fn decide(facts: &Facts) -> Step {
    match facts.status {
        Status::Applied | Status::Rejected | Status::Canceled | Status::Failed => Step::Rest,
        Status::Planning | Status::Waiting | Status::Applying => match facts.run {
            Run::NotNeeded => without_run(facts),
            Run::None => on_ground(&facts.ground, Step::Start),
            Run::Gone => Step::Fail(Some("Its run is not there any more.".to_owned())),
            Run::Is(run) => with_run(facts, run),
            Run::Shown if facts.status == Status::Applying => Step::Succeed,
            Run::Shown => planned(facts),
        },
    }
}

/// No plan has to be looked at: whoever asked has said everything, unless a rule wants approvals.
fn without_run(facts: &Facts) -> Step {
    match (facts.status, facts.leave) {
        (_, Leave::Free | Leave::Ask | Leave::Met) => on_ground(&facts.ground, Step::Succeed),
        (Status::Planning, Leave::Missing) => Step::Present,
        (_, Leave::Missing) => Step::Rest,
    }
}

fn with_run(facts: &Facts, run: RunStatus) -> Step {
    match run {
        RunStatus::Pending
        | RunStatus::Fetching
        | RunStatus::PlanQueued
        | RunStatus::Planning
        | RunStatus::Confirmed
        | RunStatus::ApplyQueued
        | RunStatus::Applying => Step::Rest,
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved => planned(facts),
        RunStatus::Applied | RunStatus::PlannedAndFinished => Step::Succeed,
        RunStatus::Errored => Step::Fail(None),
        // What was stopped in the middle of an apply may have made something.
        RunStatus::Canceled | RunStatus::ForceCanceled if facts.status == Status::Applying => Step::Fail(None),
        RunStatus::Canceled | RunStatus::ForceCanceled => Step::Cancel,
        RunStatus::Discarded => Step::Reject,
    }
}

/// The plan is there. It was made on ground that may not be there any more.
fn planned(facts: &Facts) -> Step {
    match (&facts.ground, facts.status) {
        (Ground::Lost(reason), _) => Step::Fail(Some(reason.clone())),
        (_, Status::Planning) => Step::Present,
        (ground, Status::Waiting) if facts.leave.is_given() => on_ground(ground, Step::Confirm),
        _ => Step::Rest,
    }
}

fn on_ground(ground: &Ground, step: Step) -> Step {
    match ground {
        Ground::Firm => step,
        Ground::Coming(reason) => Step::Hold(reason.clone()),
        Ground::Lost(reason) => Step::Fail(Some(reason.clone())),
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
