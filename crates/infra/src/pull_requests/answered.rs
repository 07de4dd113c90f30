//! The event that says what a change of a pull request came to here. The forge's own event comes before that.

use serde_json::json;
use slipway_connections::repositories::Repository;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::PullRequest;

/// What a change came to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// Its workspaces are planned.
    Planned,
    /// No workspace is concerned.
    NotConcerned,
    /// It comes from a fork, and somebody has to allow it.
    WaitingForAllow,
    /// It cannot be merged.
    Conflicts,
    /// It was merged or closed, and what waited was taken back.
    Ended,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::NotConcerned => "not-concerned",
            Self::WaitingForAllow => "waiting-for-allow",
            Self::Conflicts => "conflicts",
            Self::Ended => "ended",
        }
    }
}

/// Records what a change came to, in the transaction that keeps it.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn answered(
    tx: &mut Tx,
    ctx: &Ctx,
    repository: &Repository,
    request: &PullRequest,
    outcome: Outcome,
) -> Result<()> {
    let changes = json!({
        "number": request.number,
        "title": request.title,
        "commit": request.head_commit,
        "outcome": outcome.as_str(),
    });
    events::record(tx, ctx, of_repository(repository, "pull-request.answered", changes)).await
}

/// An event of a pull request: its repository's.
pub(super) fn of_repository(repository: &Repository, action: &'static str, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(repository.organization_id),
        project: None,
        object_kind: "repository",
        object_id: repository.id.to_string(),
        object_name: repository.full_name.clone(),
        access_id: None,
        changes,
    }
}
