//! Events: who did what to which object, when, from where.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// An entry of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// What was done, in the past tense: `run.confirmed`.
    pub action: String,
    /// `user`, `team`, `service-account`, `run`, `runner`, `system` or `anonymous`.
    pub actor_kind: String,
    /// Id of who did it; absent for the system.
    pub actor_id: Option<String>,
    /// Name of who did it, as it was then.
    pub actor_name: String,
    /// Kind of the object: `workspace`.
    pub object_kind: String,
    /// Id of the object.
    pub object_id: String,
    /// Name of the object, as it was then.
    pub object_name: String,
    /// The changed fields; secrets never.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// The request that did it; absent for background work.
    pub request_id: Option<String>,
    /// The address it came from; absent for background work.
    pub remote_address: Option<String>,
    /// Where it stands in the order of all events; null until the sequencer has seen it (milliseconds).
    pub position: Option<i64>,
    /// When it happened.
    pub created_at: Timestamp,
}

impl Attributes for Event {
    const TYPE: &'static str = "events";
}
