//! The site as its administrators see it: what is queued, what is stuck, when the last backup was made, where keys stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A work item: something that the server or a runner has to do. On whose account it is, is the relationship `organization`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkItem {
    /// What is to be done: `run.plan`, `run.apply`, or a job of the server.
    pub kind: String,
    /// Id of what it is about.
    pub subject: String,
    /// Who may do it: a runner pool's id, or `server`.
    pub pool: String,
    /// Where it stands: `queued`, `leased`, `lost`, `dead` or `done`.
    pub state: String,
    /// How often it was begun.
    pub attempt: i64,
    /// How often it may be begun.
    pub max_attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Not before this moment.
    pub run_after: Timestamp,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was last begun.
    pub claimed_at: Option<Timestamp>,
    /// Until when whoever has it may be silent.
    pub lease_until: Option<Timestamp>,
    /// Whether whoever has it has been silent for longer.
    pub is_silent: bool,
    /// Whether an administrator may have it tried again or drop it: only what failed too often.
    pub is_retryable: bool,
}

impl Attributes for WorkItem {
    const TYPE: &'static str = "work-items";
}

/// How the site stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SiteStatus {
    /// The server's version.
    pub version: String,
    /// Which database it has: `sqlite`, `postgres` or `mysql`.
    pub database: String,
    /// How many work items there are in each state but `done`.
    pub queue: BTreeMap<String, u64>,
    /// Since when the oldest item waits that could be begun.
    pub oldest_queued_at: Option<Timestamp>,
    /// When the last backup was made with `slipway admin backup`.
    pub last_backup_at: Option<Timestamp>,
    /// Where the master key comes from.
    pub master_key_source: String,
    /// Its fingerprint.
    pub master_key: String,
    /// What needs somebody, the worst first; empty when all is well.
    pub problems: Vec<SiteProblem>,
}

impl Attributes for SiteStatus {
    const TYPE: &'static str = "site-statuses";
}

/// Something about the site that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SiteProblem {
    /// In a word: `dead-items`, `silent-holders`, `no-runner`, `no-backup`, `old-backup` or `key-rotation`.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// The data keys of one organization, or of the site; its id is the organization's, or `site`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DataKey {
    /// The organization's name, or `site`.
    pub name: String,
    /// The versions that there are; the last one seals.
    pub versions: Vec<i64>,
    /// When the last one was made.
    pub newest_created_at: Timestamp,
    /// Fingerprint of the master key that wraps them.
    pub master_key: String,
    /// The last rotation.
    pub rotation: Option<DataKeyRotation>,
}

impl Attributes for DataKey {
    const TYPE: &'static str = "data-keys";
}

/// A rotation to another data key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DataKeyRotation {
    /// The version that everything gets.
    pub version: i64,
    /// Where it stands: `resealing`, `waiting`, `checking` or `done`.
    pub state: String,
    /// Values and objects that were sealed again.
    pub resealed: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
}
