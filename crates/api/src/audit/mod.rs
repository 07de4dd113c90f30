//! The audit log as it is exported: JSON lines that anybody can verify without a server.
//!
//! An export is a head, events in the order of their positions, and signed checkpoints. Each event's hash is over the event
//! and the hash before it ([`chain`]); a checkpoint says how long the chain is at a position and what its hash is there,
//! signed by the site. So a changed event, a missing one and a cut-off beginning or end are all noticed
//! ([`verify`]).

pub mod chain;
pub mod verify;
mod webhooks;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Timestamp;

pub use chain::{ChainedEvent, hash};
pub use webhooks::{AuditDelivery, AuditWebhook, AuditWebhookSettings, AuditWebhookTest, SIGNATURE_HEADER};

/// The form of an export. Another number means that this program cannot read it.
pub const FORMAT: u32 = 1;

/// A line of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum AuditLine {
    /// What follows; the first line, and again where an export was continued.
    Export(ExportHead),
    /// An event.
    Event(Box<AuditRecord>),
    /// A signed statement about the chain.
    Checkpoint(Checkpoint),
}

/// What an export is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExportHead {
    /// The form, [`FORMAT`].
    pub format: u32,
    /// Id of the organization, or `site`.
    pub organization: String,
    /// Its name.
    pub name: String,
    /// Only events after this position are in it.
    pub after: i64,
    /// The public key of the site's checkpoints: Ed25519, hexadecimal.
    pub public_key: String,
    /// When it was exported.
    pub exported_at: Timestamp,
}

/// An event with its place in the chain of its organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AuditRecord {
    /// Where it stands in the order of all events of the site; an organization's positions have gaps.
    pub position: i64,
    /// Its id.
    pub id: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// What was done, in the past tense: `run.confirmed`.
    pub action: String,
    /// `user`, `team`, `organization`, `run`, `runner`, `system` or `anonymous`.
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
    /// Id of the object that access to the event is decided by.
    pub access_id: String,
    /// Id of the organization; absent for the site's.
    pub organization: Option<String>,
    /// Id of the project.
    pub project: Option<String>,
    /// The changed fields; secrets never.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The address it came from.
    pub remote_address: Option<String>,
    /// The hash of the event before it in its organization; empty for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_hash: Option<String>,
    /// The hash over all of this and the hash before.
    pub hash: String,
}

impl AuditRecord {
    /// The hash that the event has after one with hash `previous` (empty for the first).
    #[must_use]
    pub fn chained_hash(&self, previous: &str) -> String {
        hash(&ChainedEvent {
            previous,
            position: self.position,
            id: &self.id,
            organization: self.organization.as_deref(),
            project: self.project.as_deref(),
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
}

/// The site's word for how an organization's chain was at a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Checkpoint {
    /// Id of the organization, or `site`.
    pub organization: String,
    /// The position of the chain's last event until then; 0 when there was none.
    pub position: i64,
    /// The hash of that event; empty when there was none.
    pub hash: String,
    /// How many events the chain has up to there.
    pub count: i64,
    /// When it was signed.
    pub created_at: Timestamp,
    /// The public key that it verifies with: Ed25519, hexadecimal.
    pub public_key: String,
    /// The signature over [`Checkpoint::signed_text`], hexadecimal.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed: the fields, a line each.
    #[must_use]
    pub fn signed_text(&self) -> String {
        format!(
            "slipway-audit-checkpoint-1\n{}\n{}\n{}\n{}\n{}\n",
            self.organization,
            self.position,
            self.hash,
            self.count,
            self.created_at.unix_ms()
        )
    }
}
