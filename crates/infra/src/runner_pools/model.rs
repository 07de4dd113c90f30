//! A pool, and a runner in it: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, RunnerPoolId};
use slipway_api::{Name, Timestamp};

/// A pool as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runner_pools")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RunnerPoolId,
    /// Its organization; none for the site's pool.
    pub organization_id: Option<OrganizationId>,
    /// Unique in its organization.
    pub name: Name,
    /// Whether every workspace of the organization may use it.
    pub organization_scoped: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A pool.
pub type Pool = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

pub use runners::Model as Runner;

/// Runners.
pub mod runners {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{RunnerId, RunnerPoolId};

    /// A runner as it is stored.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "runners")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RunnerId,
        /// Its pool.
        pub pool_id: RunnerPoolId,
        /// The name it gave itself.
        pub name: String,
        /// Its program's version.
        pub program_version: String,
        /// `linux_amd64` and the like.
        pub platform: String,
        /// What its sandbox enforces.
        pub sandbox: String,
        /// How many items it runs at once.
        pub slots: i64,
        /// How many it said it runs.
        pub running: i64,
        /// When it was last heard of.
        pub last_seen_at: Timestamp,
        /// When it said goodbye.
        pub exited_at: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl Runner {
    /// What it does now, given how long a silence is normal.
    #[must_use]
    pub fn status(&self, now: Timestamp, patience: Duration) -> slipway_api::runner_pools::RunnerStatus {
        use slipway_api::runner_pools::RunnerStatus;
        if self.exited_at.is_some() {
            RunnerStatus::Exited
        } else if now.since(self.last_seen_at) > patience {
            RunnerStatus::Unknown
        } else if self.running > 0 {
            RunnerStatus::Busy
        } else {
            RunnerStatus::Idle
        }
    }
}

#[cfg(test)]
mod tests {
    use slipway_api::ids::RunnerId;
    use slipway_api::runner_pools::RunnerStatus;

    use super::*;

    #[test]
    fn a_runner_is_what_was_last_heard_of_it() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let minute = Duration::from_secs(60);
        let runner = |running, exited_at| Runner {
            id: RunnerId::from_parts(now.unix_ms(), 1),
            pool_id: RunnerPoolId::from_parts(now.unix_ms(), 1),
            name: "host".to_owned(),
            program_version: "0.1.0".to_owned(),
            platform: "linux_amd64".to_owned(),
            sandbox: "full".to_owned(),
            slots: 4,
            running,
            last_seen_at: now,
            exited_at,
        };
        assert_eq!(runner(0, None).status(now, minute), RunnerStatus::Idle);
        assert_eq!(runner(2, None).status(now, minute), RunnerStatus::Busy);
        assert_eq!(
            runner(2, None).status(now.after(2 * minute), minute),
            RunnerStatus::Unknown
        );
        assert_eq!(runner(0, Some(now)).status(now, minute), RunnerStatus::Exited);
    }
}
