//! Triggers: what an event of a repository starts in a workspace.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A trigger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Trigger {
    /// What has to happen.
    pub event: TriggerEvent,
    /// Regular expressions, one of which has to match the whole branch (of a pull request: the branch that it comes from; of
    /// a release: its tag); any when empty.
    pub branches: Vec<String>,
    /// Patterns, one of which has to match a changed path; any when empty.
    pub paths: Vec<String>,
    /// How the patterns are written.
    pub path_kind: PathKind,
    /// What starts.
    pub action: TriggerAction,
    /// The pipeline of the action `pipeline`.
    pub pipeline: Option<String>,
    /// The lowest is asked first, and the first that matches counts.
    pub priority: i64,
    /// Why it starts nothing, when it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for Trigger {
    const TYPE: &'static str = "triggers";
}

/// What has to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerEvent {
    /// A push to a branch.
    Push,
    /// A pull request was opened or changed.
    PullRequest,
    /// A command in a comment of a pull request.
    Comment,
    /// A release was published, or a tag pushed.
    Release,
}

/// How patterns of paths are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum PathKind {
    /// Regular expressions over the whole path.
    Regex,
    /// Globs: `*` within a name, `**` over directories.
    #[default]
    Glob,
}

/// What starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerAction {
    /// A run that only plans.
    Plan,
    /// A run that may apply; the workspace's auto-apply says whether somebody has to confirm it.
    PlanAndApply,
    /// A pipeline. There are none yet: it is kept, and starts nothing.
    Pipeline,
}

/// What a new trigger needs, or changes to one; what is absent is the default, or stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TriggerSettings {
    /// What has to happen; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<TriggerEvent>,
    /// Regular expressions over whole branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branches: Option<Vec<String>>,
    /// Patterns of changed paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<String>>,
    /// How the patterns are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_kind: Option<PathKind>,
    /// What starts; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<TriggerAction>,
    /// The pipeline of the action `pipeline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// The lowest is asked first; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
}

impl Attributes for TriggerSettings {
    const TYPE: &'static str = Trigger::TYPE;
}

/// An event to try triggers with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TriggerTrial {
    /// What happened.
    pub event: TriggerEvent,
    /// The branch, or the tag of a release.
    pub branch: String,
    /// The paths that changed.
    #[serde(default)]
    pub paths: Vec<String>,
}

impl Attributes for TriggerTrial {
    const TYPE: &'static str = "trigger-trials";
}

/// What an event would start; the trigger that decided is the relationship `trigger`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TriggerVerdict {
    /// `plan`, `plan-and-apply`, `pipeline` or `nothing`.
    pub starts: String,
    /// Why, in a sentence.
    pub reason: String,
}

impl Attributes for TriggerVerdict {
    const TYPE: &'static str = "trigger-verdicts";
}
