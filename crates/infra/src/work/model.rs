//! A claim of an item by a runner.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{RunnerId, WorkItemId};
use slipway_api::runner::Completion;

/// A claim as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_attempts")]
pub struct Model {
    /// SHA-256 of the run token that the claim gave out.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// The item.
    pub work_item_id: WorkItemId,
    /// The fence of the claim.
    pub fence: i64,
    /// Who claimed.
    pub runner_id: RunnerId,
    /// When.
    pub claimed_at: Timestamp,
    /// How the runner said it ended; repeating the same is a success.
    pub completion: Option<Reported>,
}

/// A claim.
pub type Attempt = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a runner said at the end.
#[derive(Clone, Debug, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Reported(pub Completion);

impl PartialEq for Reported {
    /// A runner that did not hear the answer says the same again; nothing else is compared than what it decides by.
    fn eq(&self, other: &Self) -> bool {
        (self.0.outcome, self.0.log_bytes, &self.0.plan_digest)
            == (other.0.outcome, other.0.log_bytes, &other.0.plan_digest)
    }
}
