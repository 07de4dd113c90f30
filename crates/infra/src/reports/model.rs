//! A status beside a commit as it is stored, and what a run means for it: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::RepositoryId;
use slipway_api::runs::RunStatus;
use slipway_connections::forges::model::{CommitStatus, StatusState};

use crate::runs::Run;

/// The context of the status over all workspaces.
pub(crate) const OVERALL: &str = "slipway";

/// A status beside a commit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commit_statuses")]
pub struct Model {
    /// The repository.
    #[sea_orm(primary_key, auto_increment = false)]
    pub repository_id: RepositoryId,
    /// The commit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub commit_sha: String,
    /// Tells it from others of the commit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub context: String,
    /// How far.
    pub state: State,
    /// In a few words.
    pub description: String,
    /// Where to read more.
    pub target_url: String,
    /// The run that it is about: an older one changes nothing any more.
    pub run_id: Option<String>,
    /// Grows with every change.
    pub version: i64,
    /// The version that the forge took last.
    pub sent_version: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A status beside a commit.
pub type Status = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How far something is, as it is stored. In this order the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum State {
    /// It went well.
    #[sea_orm(string_value = "success")]
    Success,
    /// It goes on, or waits for a person.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// Nothing could be said.
    #[sea_orm(string_value = "error")]
    Error,
    /// It went wrong.
    #[sea_orm(string_value = "failure")]
    Failure,
}

impl From<State> for StatusState {
    fn from(state: State) -> Self {
        match state {
            State::Success => Self::Success,
            State::Pending => Self::Pending,
            State::Error => Self::Error,
            State::Failure => Self::Failure,
        }
    }
}

/// What a run means for its commit; `counts` are those of its plan or apply, in a few words.
pub(crate) fn of_run(run: &Run, counts: &str) -> (State, String) {
    match run.status {
        RunStatus::Pending | RunStatus::Fetching | RunStatus::PlanQueued => {
            (State::Pending, "Waits to be planned".into())
        }
        RunStatus::Planning => (State::Pending, "Is being planned".into()),
        RunStatus::Planned | RunStatus::PolicyChecked => (State::Pending, format!("{counts}; waits to be confirmed")),
        RunStatus::PlannedAndSaved => (State::Pending, format!("{counts}; waits for \"slipway apply\"")),
        RunStatus::Confirmed | RunStatus::ApplyQueued | RunStatus::Applying => {
            (State::Pending, format!("{counts}; is being applied"))
        }
        RunStatus::Applied => (State::Success, format!("Applied: {counts}")),
        RunStatus::PlannedAndFinished => (State::Success, counts.to_owned()),
        RunStatus::Discarded => (State::Error, "Discarded".into()),
        RunStatus::Canceled | RunStatus::ForceCanceled => (State::Error, "Canceled".into()),
        RunStatus::Errored => (State::Failure, "Failed".into()),
    }
}

/// The status over all others of a commit.
pub(crate) fn overall(statuses: &[Status]) -> (State, String) {
    let single: Vec<&Status> = statuses.iter().filter(|status| status.context != OVERALL).collect();
    let count = |state: State| single.iter().filter(|status| status.state == state).count();
    let workspaces = |count: usize| match count {
        1 => "1 workspace".to_owned(),
        more => format!("{more} workspaces"),
    };
    let total = single.len();
    match single.iter().map(|status| status.state).max() {
        None => (State::Success, "No workspace is concerned".to_owned()),
        // As long as one goes on, the rest may change.
        Some(_) if count(State::Pending) > 0 => {
            let done = total - count(State::Pending);
            (State::Pending, format!("{done} of {} done", workspaces(total)))
        }
        Some(State::Success | State::Pending) => (State::Success, format!("{} done", workspaces(total))),
        Some(State::Failure) => (
            State::Failure,
            format!("{} of {} failed", count(State::Failure), workspaces(total)),
        ),
        Some(State::Error) => (
            State::Error,
            format!("{} of {} not done", count(State::Error), workspaces(total)),
        ),
    }
}

impl Model {
    /// As a forge takes it.
    pub(crate) fn on_wire(&self) -> CommitStatus {
        CommitStatus {
            context: self.context.clone(),
            state: self.state.into(),
            description: self.description.clone(),
            target_url: self.target_url.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(context: &str, state: State) -> Status {
        Status {
            repository_id: RepositoryId::from_parts(1, 1),
            commit_sha: "a".repeat(40),
            context: context.to_owned(),
            state,
            description: String::new(),
            target_url: String::new(),
            run_id: None,
            version: 1,
            sent_version: 0,
            updated_at: Timestamp::from_unix_ms(1),
        }
    }

    #[test]
    fn the_status_over_all_waits_for_all_and_then_says_the_worst() {
        let of = |states: &[State]| {
            let statuses: Vec<Status> = states.iter().map(|state| status("slipway/acme/x", *state)).collect();
            overall(&statuses)
        };
        assert_eq!(of(&[]), (State::Success, "No workspace is concerned".to_owned()));
        assert_eq!(of(&[State::Failure, State::Pending]).0, State::Pending);
        assert_eq!(of(&[State::Success, State::Pending]).1, "1 of 2 workspaces done");
        assert_eq!(of(&[State::Success, State::Failure]).1, "1 of 2 workspaces failed");
        assert_eq!(of(&[State::Success, State::Error]).0, State::Error);
        assert_eq!(of(&[State::Success]).1, "1 workspace done");
        let own = [
            status(OVERALL, State::Failure),
            status("slipway/acme/x", State::Success),
        ];
        assert_eq!(overall(&own).0, State::Success);
    }
}
