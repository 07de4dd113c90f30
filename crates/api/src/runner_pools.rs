//! Runner pools and runners (TFE: agent pools and agents).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A pool of runners.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunnerPool {
    /// Unique in its organization.
    pub name: Name,
    /// Whether every workspace of the organization may use it.
    pub organization_scoped: bool,
    /// How many of its runners are connected.
    pub agent_count: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// What the caller may do with it.
    #[serde(default)]
    pub permissions: RunnerPoolPermissions,
}

/// What the caller may do with a runner pool.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunnerPoolPermissions {
    /// Change it, make and revoke tokens for runners, and delete it.
    pub can_update: bool,
}

impl Attributes for RunnerPool {
    const TYPE: &'static str = "agent-pools";
}

/// What a new pool needs, or changes to one; what is absent is the default, or stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunnerPoolSettings {
    /// Unique in its organization; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Whether every workspace of the organization may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_scoped: Option<bool>,
}

impl Attributes for RunnerPoolSettings {
    const TYPE: &'static str = RunnerPool::TYPE;
}

/// A registered runner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Runner {
    /// The name it gave itself.
    pub name: String,
    /// What it does now.
    pub status: RunnerStatus,
    /// Its program's version.
    pub version: String,
    /// What its sandbox enforces, in a word: `full`, `partial`, `none`.
    pub sandbox: String,
    /// How many items it runs.
    pub running_count: u32,
    /// When it was last heard of.
    pub last_ping_at: Timestamp,
}

impl Attributes for Runner {
    const TYPE: &'static str = "agents";
}

/// What a runner does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunnerStatus {
    /// Waiting for work.
    Idle,
    /// Running at least one item.
    Busy,
    /// Not heard of for longer than a lease.
    Unknown,
    /// It said goodbye.
    Exited,
}
