//! A schedule as it is stored.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ScheduleId};

use super::timing::Timing;

/// A schedule's row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "schedules")]
pub struct Model {
    /// Its id; the subject of the work items it makes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// On whose account it is.
    pub organization_id: Option<OrganizationId>,
    /// Kind of what it belongs to.
    pub owner_kind: String,
    /// Id of what it belongs to.
    pub owner_id: String,
    /// Kind of the work item.
    pub kind: String,
    /// The work item's payload.
    pub payload: Json,
    /// When.
    #[sea_orm(column_type = "JsonBinary")]
    pub timing: Timing,
    /// When it fires next; none when it never does again.
    pub next_at: Option<Timestamp>,
    /// When it fired last.
    pub fired_at: Option<Timestamp>,
    /// Whether it is held back.
    pub is_paused: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A schedule.
pub type Schedule = Model;

/// The payload of a work item that a schedule made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fired {
    /// When it should have fired: long ago when nobody looked then.
    pub due_at: Timestamp,
    /// When it fired.
    pub fired_at: Timestamp,
    /// The schedule's own payload.
    pub payload: Json,
}

/// Schedules relate to nothing by keys; `owner_id` is for their owner.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
