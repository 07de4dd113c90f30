//! What an event says, and how it is exported: pure. The hash that chains it to the one before is the wire's, so that
//! who verifies needs no server.

use sea_orm::entity::prelude::*;
use serde_json::Value as Json;
use slipway_api::Timestamp;
use slipway_api::audit::{self, AuditRecord, ChainedEvent};
use slipway_api::ids::{EventId, OrganizationId, ProjectId};

/// What a service says happened; who, when and from where are the caller's.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// In the past tense, with the kind before it: `workspace.locked`.
    pub action: &'static str,
    /// The organization it happened in; none for the site.
    pub organization: Option<OrganizationId>,
    /// The project it happened in, so that readers of a part see only theirs.
    pub project: Option<ProjectId>,
    /// Kind of the object: `workspace`.
    pub object_kind: &'static str,
    /// Id of the object.
    pub object_id: String,
    /// Name of the object.
    pub object_name: String,
    /// Id of the object that access to this event is decided by, when it is not the object: a run's workspace.
    pub access_id: Option<String>,
    /// The changed fields; secrets never.
    pub changes: Json,
}

/// A recorded event.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The organization it happened in.
    pub organization_id: Option<OrganizationId>,
    /// The project it happened in.
    pub project_id: Option<ProjectId>,
    /// What was done.
    pub action: String,
    /// Kind of who did it.
    pub actor_kind: String,
    /// Id of who did it.
    pub actor_id: Option<String>,
    /// Name of who did it, as it was then.
    pub actor_name: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// Name of the object, as it was then.
    pub object_name: String,
    /// Id of the object that access is decided by.
    pub access_id: String,
    /// The changed fields.
    pub changes: Json,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address it came from.
    pub remote_address: Option<String>,
    /// When it happened.
    pub created_at: Timestamp,
    /// Where it stands in the order of all events; null until the sequencer has seen it.
    pub position: Option<i64>,
    /// Hash over the event and the hash before it in its organization; null with the position.
    pub hash: Option<String>,
}

/// A recorded event.
pub type Event = Model;

/// Events relate to nothing by keys: objects may be gone when their events are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The hash that the event gets at `position` after an event with hash `previous` (empty for the first).
    #[must_use]
    pub fn chained_hash(&self, position: i64, previous: &str) -> String {
        audit::hash(&ChainedEvent {
            previous,
            position,
            id: &self.id.to_string(),
            organization: self.organization_id.map(|id| id.to_string()).as_deref(),
            project: self.project_id.map(|id| id.to_string()).as_deref(),
            action: &self.action,
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id.as_deref(),
            actor_name: &self.actor_name,
            object_kind: &self.object_kind,
            object_id: &self.object_id,
            object_name: &self.object_name,
            access_id: &self.access_id,
            changes: &self.changes,
            request_id: self.request_id.as_deref(),
            remote_address: self.remote_address.as_deref(),
            created_at: self.created_at,
        })
    }

    /// The event as it is exported, after one with hash `previous`; none before the sequencer has seen it.
    #[must_use]
    pub fn record(self, previous: Option<String>) -> Option<AuditRecord> {
        Some(AuditRecord {
            position: self.position?,
            id: self.id.to_string(),
            created_at: self.created_at,
            action: self.action,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            actor_name: self.actor_name,
            object_kind: self.object_kind,
            object_id: self.object_id,
            object_name: self.object_name,
            access_id: self.access_id,
            organization: self.organization_id.map(|id| id.to_string()),
            project: self.project_id.map(|id| id.to_string()),
            changes: self.changes,
            request_id: self.request_id,
            remote_address: self.remote_address,
            previous_hash: previous,
            hash: self.hash?,
        })
    }
}
