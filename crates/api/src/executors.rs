//! Executors of the catalog: modules that are run now and then, without a template.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approvals::Approvals;
use crate::ids::{IntegrationId, ProjectId, RunId};
use crate::jsonapi::Attributes;
use crate::runs::{RunActions, RunStatus};
use crate::source_code_versions::RefKind;
use crate::variables::{Variable, VariableSettings};
use crate::workspaces::EngineKind;
use crate::{Name, Timestamp};

/// A module that is run now and then. Its state, its plans and its logs are those of the workspace behind it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Executor {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// To find it by: `key` or `key=value`. They are the workspace's tags, too.
    pub labels: Vec<String>,
    /// The name of its source code.
    pub source_code: Name,
    /// What sort of a ref it runs.
    pub ref_kind: RefKind,
    /// The tag, branch or commit. Each run takes the commit that it is on then.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The module's directory; empty for the top.
    pub directory: String,
    /// Which program runs it.
    pub engine: EngineKind,
    /// Version constraint on the engine, as `~> 1.12`; `latest` for any.
    pub engine_version: String,
    /// How it is run where a run says nothing else.
    #[serde(flatten)]
    pub arguments: ExecutorArguments,
    /// Its values; those of secrets are null.
    pub variables: Vec<Variable>,
    /// The integrations that its runs get.
    pub integrations: Vec<ExecutorIntegration>,
    /// Whether plans with changes are applied without asking, unless approval rules want otherwise.
    pub auto_apply: bool,
    /// Whether runs of it can be started.
    pub is_enabled: bool,
    /// What came of its newest run.
    pub status: ExecutorStatus,
    /// Number of resources in its state.
    pub resource_count: u32,
    /// The status of its newest run.
    pub latest_run_status: Option<RunStatus>,
    /// When its newest run was started.
    pub latest_run_at: Option<Timestamp>,
    /// What the caller may do with it.
    pub permissions: ExecutorPermissions,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Executor {
    const TYPE: &'static str = "executors";
}

/// What came of an executor's newest run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutorStatus {
    /// It was never run.
    New,
    /// It runs.
    Running,
    /// It is planned, and waits for somebody.
    Waiting,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// Somebody stopped or discarded it.
    Stopped,
}

/// An integration that an executor's runs get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutorIntegration {
    /// Its id.
    pub id: IntegrationId,
    /// Its name; null where it is gone, or where you may not see it.
    pub name: Option<Name>,
}

/// What a run of an executor does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutorOperation {
    /// Only plans.
    Plan,
    /// Plans, and applies when somebody said yes.
    #[default]
    PlanAndApply,
    /// Brings the state up to date with the real resources.
    Refresh,
    /// Destroys everything in its state.
    Destroy,
}

impl ExecutorOperation {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::PlanAndApply => "plan-and-apply",
            Self::Refresh => "refresh",
            Self::Destroy => "destroy",
        }
    }
}

/// How a module is run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutorArguments {
    /// What a run does that does not say it; never `destroy`.
    #[serde(default)]
    pub operation: ExecutorOperation,
    /// Only these addresses; all when empty.
    #[serde(default)]
    pub target_addrs: Vec<String>,
    /// Destroys these addresses and makes them anew, each time.
    #[serde(default)]
    pub replace_addrs: Vec<String>,
    /// Whether plans leave out the look at the real resources.
    #[serde(default)]
    pub skip_refresh: bool,
}

/// What the caller may do with an executor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutorPermissions {
    /// Change it, enable and disable it.
    pub can_update: bool,
    /// Delete it.
    pub can_delete: bool,
    /// Start runs that only plan.
    pub can_plan: bool,
    /// Start runs that apply; confirm and discard plans.
    pub can_apply: bool,
    /// Start runs that destroy everything.
    pub can_destroy: bool,
    /// Stop runs.
    pub can_cancel: bool,
    /// Approve and reject plans, as far as rules want that.
    pub can_approve: bool,
}

/// A new executor. Exactly one of `tag`, `branch` and `commit` is given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewExecutor {
    /// Unique in its organization; at most 80 characters.
    pub name: Name,
    /// The project that it stands in; the organization's default one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The name of a source code. It never changes.
    pub source_code: Name,
    /// The tag that is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The branch whose newest commit is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit that is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The module's directory; the top when absent. It never changes.
    #[serde(default)]
    pub directory: String,
    /// Which program runs it; it never changes.
    #[serde(default)]
    pub engine: EngineKind,
    /// Version constraint on the engine; any when absent.
    #[serde(default)]
    pub engine_version: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What a run does that does not say it; `plan-and-apply` when absent.
    #[serde(default)]
    pub operation: ExecutorOperation,
    /// Only these addresses.
    #[serde(default)]
    pub target_addrs: Vec<String>,
    /// Destroys these addresses and makes them anew, each time.
    #[serde(default)]
    pub replace_addrs: Vec<String>,
    /// Whether plans leave out the look at the real resources.
    #[serde(default)]
    pub skip_refresh: bool,
    /// Its values.
    #[serde(default)]
    pub variables: Vec<VariableSettings>,
    /// The integrations that its runs get; you must be allowed to use them.
    #[serde(default)]
    pub integrations: Vec<IntegrationId>,
    /// Whether plans with changes are applied without asking, unless approval rules want otherwise.
    #[serde(default)]
    pub auto_apply: bool,
}

impl Attributes for NewExecutor {
    const TYPE: &'static str = Executor::TYPE;
}

/// Changes of an executor; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExecutorChanges {
    /// Unique in its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The tag that is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The branch whose newest commit is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit that is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Version constraint on the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// What a run does that does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<ExecutorOperation>,
    /// Only these addresses, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_addrs: Option<Vec<String>>,
    /// Destroys these addresses and makes them anew, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_addrs: Option<Vec<String>>,
    /// Whether plans leave out the look at the real resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_refresh: Option<bool>,
    /// Its values, all of them; one without `value` keeps the value that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<VariableSettings>>,
    /// The integrations that its runs get, all of them; you must be allowed to use those that are new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<Vec<IntegrationId>>,
    /// Whether plans with changes are applied without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_apply: Option<bool>,
}

impl Attributes for ExecutorChanges {
    const TYPE: &'static str = Executor::TYPE;
}

/// What to run now; what is absent is as the executor says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewExecutorRun {
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<ExecutorOperation>,
    /// This tag in the place of the executor's ref.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// This branch in the place of the executor's ref.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// This commit in the place of the executor's ref.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Only these addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_addrs: Option<Vec<String>>,
    /// Destroys these addresses and makes them anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_addrs: Option<Vec<String>>,
    /// Whether the plan leaves out the look at the real resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_refresh: Option<bool>,
    /// Whether a plan with changes is applied without asking, unless approval rules want otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_apply: Option<bool>,
    /// Why, for those who look later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Attributes for NewExecutorRun {
    const TYPE: &'static str = ExecutorRun::TYPE;
}

/// A run of an executor; its id is the run's, whose log, plan and comments are at `/api/v2/runs`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ExecutorRun {
    /// Where it stands.
    pub status: RunStatus,
    /// What it does.
    pub operation: ExecutorOperation,
    /// What sort of a ref its code is of; null where it took what was applied before.
    pub ref_kind: Option<RefKind>,
    /// The tag, branch or commit that its code is of.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The commit that its code is of.
    pub commit: Option<String>,
    /// What whoever started it wrote.
    pub message: String,
    /// Who started it, for people.
    pub started_by: Option<String>,
    /// Whether a plan with changes is applied without asking, unless approval rules want otherwise.
    pub auto_apply: bool,
    /// Whether its plan has changes; false until there is a plan.
    pub has_changes: bool,
    /// Why it failed or was stopped, for people.
    pub error_message: Option<String>,
    /// What may be done with it in its status.
    pub actions: RunActions,
    /// Which approvals it has and lacks, while rules want some; only where one run is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<Approvals>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Attributes for ExecutorRun {
    const TYPE: &'static str = "executor-runs";
}

/// What somebody says about a run of an executor (plain JSON).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecutorDecision {
    /// The run that was looked at, so that no other is meant; needed but to discard and to cancel, which take the oldest that is not
    /// done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Why, for those who look later.
    #[serde(default)]
    pub comment: String,
}
