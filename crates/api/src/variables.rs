//! Variables of a workspace or variable set, and where an effective value comes from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;

/// A variable. The value of a sensitive one is never sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Variable {
    /// Its name.
    pub key: String,
    /// Its value; null when it is sensitive.
    pub value: Option<String>,
    /// Whether it is an input of the configuration or of the process.
    pub category: VariableCategory,
    /// Whether the value is an HCL expression instead of a plain text.
    pub hcl: bool,
    /// Whether the value is a secret.
    pub sensitive: bool,
    /// What it is for.
    pub description: String,
}

impl Attributes for Variable {
    const TYPE: &'static str = "vars";
}

/// What a variable is an input of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum VariableCategory {
    /// The configuration: `var.region`.
    #[default]
    Terraform,
    /// The environment of the process.
    Env,
}

/// What a new variable needs, or changes to one; what is absent is the default, or stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariableSettings {
    /// Its name; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it is an input of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<VariableCategory>,
    /// Whether the value is an HCL expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hcl: Option<bool>,
    /// Whether the value is a secret; a secret cannot be made readable again, only replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<bool>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Attributes for VariableSettings {
    const TYPE: &'static str = Variable::TYPE;
}

/// A variable as a run would get it, with its origin and what it hides.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EffectiveVariable {
    /// Its name.
    pub key: String,
    /// Its value; null when it is sensitive.
    pub value: Option<String>,
    /// What it is an input of.
    pub category: VariableCategory,
    /// Whether the value is an HCL expression.
    pub hcl: bool,
    /// Whether the value is a secret.
    pub sensitive: bool,
    /// Where the value comes from.
    pub origin: VariableOrigin,
    /// Values that this one hides, strongest first.
    pub overridden: Vec<VariableOrigin>,
}

impl Attributes for EffectiveVariable {
    const TYPE: &'static str = "effective-variables";
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VariableOrigin {
    /// The kind of place.
    pub kind: VariableOriginKind,
    /// The variable's id; absent for values given with a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_id: Option<String>,
    /// The variable set's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_set_id: Option<String>,
    /// The variable set's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_set_name: Option<String>,
    /// The rule that decided, in a sentence.
    pub why: String,
}

/// The kinds of places a value can come from, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VariableOriginKind {
    /// A variable set for the whole organization.
    GlobalSet,
    /// A variable set assigned to the workspace's project.
    ProjectSet,
    /// A variable set assigned to a tag that the workspace has.
    TagSet,
    /// A variable set assigned to the workspace.
    WorkspaceSet,
    /// The workspace itself.
    Workspace,
    /// Given with the run.
    Run,
    /// A priority variable set, which wins over everything but another priority set.
    PrioritySet,
}
