//! When a run came to each status, and who brought it there: pure.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::runs::RunStatus;

/// When a run came to each status, and who brought it there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct History(pub Vec<Step>);

/// One step of a run's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The status it came to.
    pub status: RunStatus,
    /// When.
    pub at: Timestamp,
    /// Who brought it there, for people.
    pub by: String,
}

impl History {
    /// When it last came to this status.
    #[must_use]
    pub fn last(&self, status: RunStatus) -> Option<Timestamp> {
        let mut steps = self.0.iter().rev();
        steps.find(|step| step.status == status).map(|step| step.at)
    }
}
