//! A work item: what it is, and the states it goes through.

use sea_orm::entity::prelude::*;
use serde_json::Value as Json;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, WorkItemId};

/// Pool of the items that the server does itself.
pub const SERVER_POOL: &str = "server";
/// Pool of the items that the server does itself and that take as long as somebody's program does: they take no place from others.
pub const LONG_POOL: &str = "server-long";

/// A work item as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_items")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WorkItemId,
    /// What is to be done: `run.plan`, `run.apply`, or the name of a server job.
    pub kind: String,
    /// Id of what it is about.
    pub subject: String,
    /// Who may do it: a runner pool's id, or `server`.
    pub pool: String,
    /// On whose account it is; the site's work has none.
    pub organization_id: Option<OrganizationId>,
    /// Higher goes first within its organization.
    pub priority: i64,
    /// Where it stands.
    pub state: ItemState,
    /// Not before this moment.
    pub run_after: Timestamp,
    /// How often it was claimed.
    pub attempt: i64,
    /// How often it may be claimed.
    pub max_attempts: i64,
    /// What happens when its lease is lost.
    pub on_lost: OnLost,
    /// Who has it.
    pub lease_owner: Option<String>,
    /// Until when without a heartbeat.
    pub lease_until: Option<Timestamp>,
    /// Grows with every claim.
    pub fence: i64,
    /// SHA-256 of the token that the holder was given.
    pub token_hash: Option<String>,
    /// What the holder is asked to do: nothing, or stop.
    pub stop: Stop,
    /// Whatever the kind needs.
    pub payload: Json,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was last claimed.
    pub claimed_at: Option<Timestamp>,
    /// When who claimed it last was first heard of again. Before that nothing was done about it, because a holder does
    /// nothing that cannot be repeated before it was answered.
    pub begun_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// A work item.
pub type WorkItem = Model;

/// Items relate to nothing by keys; `subject` is for their owner.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum ItemState {
    /// Waits to be claimed.
    #[sea_orm(string_value = "queued")]
    Queued,
    /// Somebody has it.
    #[sea_orm(string_value = "leased")]
    Leased,
    /// It ended, well or badly; its owner knows how.
    #[sea_orm(string_value = "done")]
    Done,
    /// Its holder fell silent, and it may not be repeated: its owner must decide.
    #[sea_orm(string_value = "lost")]
    Lost,
    /// It failed too often; a person must look.
    #[sea_orm(string_value = "dead")]
    Dead,
}

/// What happens to an item whose holder fell silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum OnLost {
    /// Doing it again does no harm: back to the queue, `max_attempts` times.
    #[sea_orm(string_value = "requeue")]
    Requeue,
    /// It may have changed the outside world: never again by itself.
    #[sea_orm(string_value = "report")]
    Report,
}

/// What the holder of an item is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Stop {
    /// Go on.
    #[sea_orm(string_value = "no")]
    No,
    /// Stop, in order.
    #[sea_orm(string_value = "cancel")]
    Cancel,
    /// Stop at once.
    #[sea_orm(string_value = "kill")]
    Kill,
}

/// What a new item needs.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What is to be done.
    pub kind: &'static str,
    /// Id of what it is about.
    pub subject: String,
    /// Who may do it.
    pub pool: String,
    /// On whose account it is.
    pub organization: Option<OrganizationId>,
    /// Higher goes first within its organization.
    pub priority: i64,
    /// Not before this moment; none for now.
    pub run_after: Option<Timestamp>,
    /// How often it may be claimed.
    pub max_attempts: i64,
    /// What happens when its lease is lost.
    pub on_lost: OnLost,
    /// Whatever the kind needs.
    pub payload: Json,
}

impl NewItem {
    /// A job of the server: repeatable, ten attempts.
    #[must_use]
    pub fn job(kind: &'static str, subject: impl ToString, payload: Json) -> Self {
        Self {
            kind,
            subject: subject.to_string(),
            pool: SERVER_POOL.to_owned(),
            organization: None,
            priority: 0,
            run_after: None,
            max_attempts: 10,
            on_lost: OnLost::Requeue,
            payload,
        }
    }

    /// The same, for what takes as long as somebody's program does.
    #[must_use]
    pub fn long_job(kind: &'static str, subject: impl ToString, payload: Json) -> Self {
        Self {
            pool: LONG_POOL.to_owned(),
            ..Self::job(kind, subject, payload)
        }
    }
}
