//! Workspaces: a configuration, its variables, its state and its runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::runs::RunStatus;
use crate::vcs::{ApplyPolicy, ForkPolicy, VcsRepo, VcsRepoSettings};
use crate::{Name, Timestamp};

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Workspace {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// Where its runs happen.
    pub execution_mode: ExecutionMode,
    /// Which program runs its configuration.
    pub engine: EngineKind,
    /// Version constraint on the engine, as `~> 1.12`; TFE's name.
    pub terraform_version: String,
    /// Directory of the configuration that runs start in; empty for its root.
    pub working_directory: String,
    /// Whether a plan with changes is applied without asking.
    pub auto_apply: bool,
    /// Whether destroy runs are allowed.
    pub allow_destroy_plan: bool,
    /// Whether every workspace of the organization may read its state.
    pub global_remote_state: bool,
    /// Whether somebody holds its lock.
    pub locked: bool,
    /// Why it is locked, in the words of who locked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_reason: Option<String>,
    /// Who holds the lock, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_by: Option<String>,
    /// Since when it is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
    /// Number of resources in the current state.
    pub resource_count: u32,
    /// Keys and values to find it by.
    pub tags: Vec<Tag>,
    /// Status of the newest run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_run_status: Option<RunStatus>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its settings last changed.
    pub updated_at: Timestamp,
    /// When its newest run or state came.
    pub latest_change_at: Timestamp,
    /// What the caller may do with it.
    pub permissions: WorkspacePermissions,
    /// Id of the object that decides its settings, its variables and its applies, as a resource of the catalog; absent when
    /// whoever may change the workspace decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// The repository that its configuration comes from; absent when it is uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_repo: Option<VcsRepo>,
    /// How commits start runs in it; absent while nothing was said about that.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub commits: Option<CommitSettings>,
}

/// How commits start runs in a workspace (TFE's names where it has them).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CommitSettings {
    /// Whether only commits start runs whose changed files concern it; otherwise every commit does.
    pub file_triggers_enabled: bool,
    /// Directories beside its own whose files concern it.
    pub trigger_prefixes: Vec<String>,
    /// Globs of the files that concern it, in the place of its own directory. Local modules and files that its code names
    /// concern it always.
    pub trigger_patterns: Vec<String>,
    /// Whether pull requests are planned.
    pub speculative_enabled: bool,
    /// Whether a run starts when the workspace is made.
    pub queue_all_runs: bool,
    /// When a pull request's changes are applied.
    #[serde(default)]
    pub apply_policy: ApplyPolicy,
    /// What pull requests from forks start.
    #[serde(default)]
    pub fork_policy: ForkPolicy,
}

impl Attributes for Workspace {
    const TYPE: &'static str = "workspaces";
}

/// Where a workspace's runs happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutionMode {
    /// On the organization's default runner pool.
    #[default]
    Remote,
    /// On the user's machine; Slipway keeps only the state.
    Local,
    /// On the runner pool named by the relationship `agent-pool`.
    Agent,
}

/// Which program runs a configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// OpenTofu's `tofu`.
    #[default]
    Opentofu,
    /// HashiCorp's `terraform`.
    Terraform,
}

/// A key with an optional value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value; null for a plain tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// How many workspaces of an organization stand where.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkspacesSummary {
    /// All of them.
    pub total: u64,
    /// How many are locked, by somebody or by a run.
    pub locked: u64,
    /// How many have which status of their newest run; `none` are those without one. What none has is absent.
    pub by_status: BTreeMap<String, u64>,
}

impl Attributes for WorkspacesSummary {
    const TYPE: &'static str = "workspaces-summaries";
}

/// What the caller may do with a workspace (TFE's names where it has them).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkspacePermissions {
    /// Change its settings.
    pub can_update: bool,
    /// Delete it.
    pub can_destroy: bool,
    /// Start runs that only plan.
    pub can_queue_run: bool,
    /// Start runs that apply, and confirm or discard plans.
    pub can_queue_apply: bool,
    /// Start destroy runs.
    pub can_queue_destroy: bool,
    /// Lock it, and unlock what one locked.
    pub can_lock: bool,
    /// Unlock what somebody else locked.
    pub can_force_unlock: bool,
    /// See variables (never the value of a sensitive one).
    pub can_read_variable: bool,
    /// Change variables.
    pub can_update_variable: bool,
    /// Download states.
    pub can_read_state_versions: bool,
    /// See the outputs of the current state.
    pub can_read_state_outputs: bool,
    /// Upload and roll back states.
    pub can_create_state_versions: bool,
}

/// Settings of a new workspace, or changes to one; what is absent is the default, or stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// Unique in its organization; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for; null for nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Where its runs happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_mode: Option<ExecutionMode>,
    /// Which program runs its configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineKind>,
    /// Version constraint on the engine; `latest` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform_version: Option<String>,
    /// Directory of the configuration that runs start in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Whether a plan with changes is applied without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_apply: Option<bool>,
    /// Whether destroy runs are allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_destroy_plan: Option<bool>,
    /// Whether every workspace of the organization may read its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_remote_state: Option<bool>,
    /// Keys and values to find it by; replaces all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
    /// The repository that its configuration comes from; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<VcsRepoSettings>)]
    pub vcs_repo: Option<Option<VcsRepoSettings>>,
    /// Whether only commits start runs whose changed files concern it; yes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_triggers_enabled: Option<bool>,
    /// Directories beside its own whose files concern it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_prefixes: Option<Vec<String>>,
    /// Globs of the files that concern it, in the place of its own directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_patterns: Option<Vec<String>>,
    /// Whether pull requests are planned; yes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speculative_enabled: Option<bool>,
    /// Whether a run starts when the workspace is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_all_runs: Option<bool>,
    /// When a pull request's changes are applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_policy: Option<ApplyPolicy>,
    /// What pull requests from forks start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork_policy: Option<ForkPolicy>,
}

impl Attributes for WorkspaceSettings {
    const TYPE: &'static str = Workspace::TYPE;
}

/// The body of a lock request (plain JSON, as in TFE).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// Why, for those who find it locked.
    #[serde(default)]
    pub reason: String,
}
