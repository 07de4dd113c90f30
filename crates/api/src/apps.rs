//! Apps: what they are, what runs of them, and what their units see.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app_metrics::AppUnitUsage;
use crate::app_processes::AppAutoscale;
use crate::ids::{DeployId, ProjectId};
use crate::jsonapi::Attributes;
use crate::pools::{AppPlanName, AppPlanOverride, PoolName};
use crate::{Name, Timestamp};

/// Something that runs in units and, when it has a process `web`, answers requests.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct App {
    /// Unique in its organization: small letters, digits and hyphens, at most 40, a letter first.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// Where it runs.
    pub pool: PoolName,
    /// How much each of its units may take.
    pub plan: AppPlanName,
    /// What it has in place of its plan's.
    #[serde(default)]
    pub plan_override: AppPlanOverride,
    /// How it is.
    pub status: AppStatus,
    /// Why it is so, in a sentence; empty while there is nothing to say.
    pub reason: String,
    /// Where it answers: addresses to open, its own first.
    pub urls: Vec<String>,
    /// Its processes as they run now; empty before the first deploy.
    pub processes: Vec<AppProcess>,
    /// The number of the version that runs; null before the first deploy.
    pub live_version: Option<u32>,
    /// Whether somebody stopped it.
    pub is_stopped: bool,
    /// The deploy that is under way; null without one.
    pub active_deploy: Option<DeployId>,
    /// What the caller may do with it.
    pub permissions: AppPermissions,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for App {
    const TYPE: &'static str = "apps";
}

/// How an app is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum AppStatus {
    /// Nothing was deployed yet.
    New,
    /// Every unit that shall run does, and is ready.
    Running,
    /// Some units are not ready.
    Degraded,
    /// No unit is ready.
    Down,
    /// Somebody stopped it.
    Stopped,
    /// It is being deleted.
    Deleting,
}

impl AppStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Stopped => "stopped",
            Self::Deleting => "deleting",
        }
    }
}

/// One process of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppProcess {
    /// Its name: `web` answers requests.
    pub name: String,
    /// What it runs, as people write it; empty for what the image says.
    pub command: String,
    /// How many units of it shall run; those that there are, where the cluster says how many.
    pub units: u32,
    /// How many of them are ready.
    pub ready: u32,
    /// How many units the cluster gives it; null where people say how many.
    #[serde(default)]
    pub autoscale: Option<AppAutoscale>,
}

/// What the caller may do with an app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct AppPermissions {
    /// Change what is written about it, its plan and its pool.
    pub can_update: bool,
    /// Deploy, roll back, restart.
    pub can_deploy: bool,
    /// Scale, stop and start.
    pub can_scale: bool,
    /// See its variables that are not private.
    pub can_read_env: bool,
    /// Change its variables.
    pub can_update_env: bool,
    /// Read what its units write.
    pub can_read_logs: bool,
    /// Run commands in units of their own.
    pub can_run: bool,
    /// Run commands, and shells, in the units that take its requests.
    pub can_shell: bool,
    /// Delete it.
    pub can_delete: bool,
}

/// An app that shall be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewApp {
    /// Unique in its organization: small letters, digits and hyphens, at most 40, a letter first.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The name of a pool; the default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Name>,
    /// The name of a plan; the default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Name>,
    /// Its project; the organization's default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

impl Attributes for NewApp {
    const TYPE: &'static str = "apps";
}

/// Changes of an app; what is absent stays. Another plan counts from the next deploy or restart on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppChanges {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by, in place of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The name of a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Name>,
    /// What it has in place of its plan's, as a whole: `{}` for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_override: Option<AppPlanOverride>,
}

impl Attributes for AppChanges {
    const TYPE: &'static str = "apps";
}

/// One running instance of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppUnit {
    /// Which it is, for logs and commands: `web-12-0` is the first unit of `web` of the twelfth deploy.
    pub name: String,
    /// Its process.
    pub process: String,
    /// The version that it runs.
    pub app_version: u32,
    /// The number of the deploy that it belongs to.
    pub deploy: u32,
    /// What it does.
    pub status: UnitStatus,
    /// Why, in a sentence; empty while there is nothing to say.
    pub reason: String,
    /// Where it listens inside its cluster; null while nothing runs.
    pub address: Option<String>,
    /// How often it was started again.
    pub restarts: u32,
    /// When it began the last time; null before that.
    pub started_at: Option<String>,
    /// What it takes of its machine; null while nobody measured.
    #[serde(default)]
    pub usage: Option<AppUnitUsage>,
}

impl Attributes for AppUnit {
    const TYPE: &'static str = "app-units";
}

/// What a unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnitStatus {
    /// Made, and not ready yet.
    Starting,
    /// It runs and, where it is asked, says that it can take requests.
    Ready,
    /// It runs, and says that it cannot take requests.
    NotReady,
    /// It ended and is started again and again.
    Crashing,
    /// It ended.
    Ended,
}

/// What the units of an app see, and how that came to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppEnv {
    /// Grows with each change: a version of the app says with which one it runs.
    pub number: u32,
    /// Whether units still see former ones: these come with the next deploy or restart, or with a deploy that goes on.
    #[serde(default)]
    pub is_pending: bool,
    /// By name; those for one process come behind those for every process.
    pub variables: Vec<AppVariable>,
}

impl Attributes for AppEnv {
    const TYPE: &'static str = "app-envs";
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppVariable {
    /// Its name.
    pub name: String,
    /// For which process; empty for every process.
    pub process: String,
    /// Its value; null when it is private, and for an alias.
    pub value: Option<String>,
    /// The variable whose value it has; null when it has its own.
    pub alias_of: Option<String>,
    /// Whether nobody is shown it.
    pub is_private: bool,
    /// The tool that keeps it, or the bind, as `bind to service-instance/orders-db`; empty for people.
    pub managed_by: String,
}

/// One change of an app's variables, made as a whole or not at all.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppEnvChange {
    /// Set, in place of what is there.
    #[serde(default)]
    pub set: Vec<NewAppVariable>,
    /// Taken away; those that are not there are passed over.
    #[serde(default)]
    pub unset: Vec<UnsetAppVariable>,
    /// The tool that makes the change; empty for people.
    #[serde(default)]
    pub managed_by: String,
    /// Whether what the tool kept and does not name now is taken away.
    #[serde(default)]
    pub prune: bool,
    /// Whether units keep running with what they have until the next deploy or restart.
    #[serde(default)]
    pub staged: bool,
}

impl Attributes for AppEnvChange {
    const TYPE: &'static str = "app-envs";
}

/// A variable that shall be set.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppVariable {
    /// Letters, digits and underscores, no digit first.
    pub name: String,
    /// For which process; empty for every process.
    #[serde(default)]
    pub process: String,
    /// Its value. Either this or `alias-of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The variable whose value it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    /// Whether nobody is shown it, from now on.
    #[serde(default)]
    pub is_private: bool,
}

/// A variable that shall go.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnsetAppVariable {
    /// Its name.
    pub name: String,
    /// Of which process; empty for the one of every process.
    #[serde(default)]
    pub process: String,
}

/// How an app's variables came to be so: one change of them, against those before.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppEnvRecord {
    /// Counts the changes, from 1.
    pub number: u32,
    /// Whether the app has these variables now.
    pub is_current: bool,
    /// Who made it.
    pub changed_by: String,
    /// When.
    pub created_at: Timestamp,
    /// What became other than before; by process and name.
    pub changes: Vec<AppVariableDifference>,
}

impl Attributes for AppEnvRecord {
    const TYPE: &'static str = "app-env-changes";
}

/// What a change did to one variable.
///
/// Values are shown where the variable was public before and after it, and no variable of its name is private now. Of those with more
/// than 1,000 characters the first are shown, with `…` behind them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppVariableDifference {
    /// Its name.
    pub name: String,
    /// For which process; empty for every process.
    pub process: String,
    /// What was done to it.
    pub difference: VariableDifference,
    /// Whether it is private after the change, or was when it was unset.
    pub is_private: bool,
    /// Who keeps it after the change, or kept it when it was unset: a tool, a bind as `bind to service-instance/orders-db`, or people,
    /// for whom it is empty.
    pub managed_by: String,
    /// Its value before; null when it is not shown, and where there was none.
    pub value_before: Option<String>,
    /// Its value after; null when it is not shown, and where there is none.
    pub value: Option<String>,
    /// The variable whose value it had before.
    pub alias_of_before: Option<String>,
    /// The variable whose value it has after.
    pub alias_of: Option<String>,
}

/// What was done to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VariableDifference {
    /// It was not there before.
    Set,
    /// It has another value, or is shown or kept otherwise.
    Changed,
    /// It is not there any more.
    Unset,
}

impl VariableDifference {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Changed => "changed",
            Self::Unset => "unset",
        }
    }
}

/// Going back to variables that an app had.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppEnvRestore {
    /// The change after which it had them; 0 for before the first.
    pub number: u32,
    /// Whether units keep running with what they have until the next deploy or restart.
    #[serde(default)]
    pub staged: bool,
}

impl Attributes for AppEnvRestore {
    const TYPE: &'static str = "app-envs";
}

/// The variables of an app after it went back to former ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppEnvRestored {
    /// The number of the variables that it has now; as before where they were the same.
    pub number: u32,
    /// By name; those for one process come behind those for every process.
    pub variables: Vec<AppVariable>,
    /// What it had then and does not have again.
    pub left_out: Vec<LeftOutVariable>,
}

impl Attributes for AppEnvRestored {
    const TYPE: &'static str = "app-envs";
}

/// A former variable that was not brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOutVariable {
    /// Its name.
    pub name: String,
    /// For which process; empty for every process.
    pub process: String,
    /// Why not, in a sentence.
    pub reason: String,
}

/// How many units of each process shall run; processes that are not named stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppScale {
    /// By process, 0 to 100.
    pub units: BTreeMap<String, u32>,
}

impl Attributes for AppScale {
    const TYPE: &'static str = "apps";
}
