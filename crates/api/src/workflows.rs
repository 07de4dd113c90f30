//! Workflows: changes of many resources, carried out in the order that they stand on each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::blueprints::PartChoice;
use crate::ids::{
    BlueprintId, IntegrationId, ProjectId, ResourceChangeId, ResourceId, SourceCodeVersionId, WorkflowId,
};
use crate::jsonapi::Attributes;
use crate::resources::{ResourceReference, ResourceSetting};
use crate::templates::TemplateKey;
use crate::{Name, Timestamp};

/// What a workflow does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowKind {
    /// Destroys a resource and everything that stands on it, what nothing stands on first.
    Destroy,
    /// Takes resources of a template to a version of it.
    Upgrade,
    /// Takes resources to what their parents give now.
    Refresh,
    /// Makes the resources of a blueprint, each when what it stands on is there.
    Create,
}

/// How far a workflow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowStatus {
    /// Its steps are known; nobody started it.
    Planned,
    /// Its steps are carried out.
    Running,
    /// Every step is done.
    Succeeded,
    /// A step failed, and nothing runs any more. It can be tried again from there.
    Failed,
    /// Somebody stopped it; steps that had begun were ended.
    Canceled,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowStepStatus {
    /// It has not begun.
    Pending,
    /// Its change is planned or applied.
    Running,
    /// Its plan waits for somebody to say yes.
    Waiting,
    /// Its change was applied, or there was nothing to change.
    Done,
    /// Its change could not be asked for, or failed, or somebody said no.
    Failed,
    /// It will not begin: something that it waits for failed, or the workflow was stopped.
    Skipped,
}

/// A workflow.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Workflow {
    /// What it does.
    pub kind: WorkflowKind,
    /// What it does, in a sentence.
    pub title: String,
    /// Why, in the words of who asked.
    pub reason: String,
    /// How far it is.
    pub status: WorkflowStatus,
    /// How many steps are carried out at once.
    pub parallel: u32,
    /// After how many failed steps no other begins.
    pub stop_after: u32,
    /// Whether plans that no approval rule holds are applied without anybody looking at them.
    pub auto_apply: bool,
    /// Who asked for it. Every step is asked for with the rights that this person has then.
    pub requested_by: String,
    /// Its steps, in the order of their places.
    pub steps: Vec<WorkflowStep>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When nothing more happened to it.
    pub ended_at: Option<Timestamp>,
}

impl Attributes for Workflow {
    const TYPE: &'static str = "workflows";
}

/// A step of a workflow: a change of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkflowStep {
    /// Its resource; of one that is to be made, the id that it will have.
    pub resource_id: ResourceId,
    /// The name of its resource; of one that is to be made and whose name is not known yet, the name of the part.
    pub name: String,
    /// How far it is.
    pub status: WorkflowStepStatus,
    /// Why it failed or was left out, in a sentence.
    pub detail: Option<String>,
    /// The resources whose steps it waits for.
    pub after: Vec<ResourceId>,
    /// Its change, once it was asked for: its plan, its approvals and its run are there.
    pub change_id: Option<ResourceChangeId>,
    /// When it began, the last time that it did.
    pub started_at: Option<Timestamp>,
    /// When it was done, failed or left out.
    pub ended_at: Option<Timestamp>,
    /// What is made of a part of a blueprint; left out of other kinds, and in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<WorkflowPart>,
}

/// What a step makes of a part of a blueprint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WorkflowPart {
    /// The name of the part.
    pub name: String,
    /// The key of its template.
    pub template: TemplateKey,
    /// The version of the template; null for a template without code.
    pub source_code_version: Option<SourceCodeVersionId>,
    /// What the resource will be called; null where the template names it and something is not known yet.
    pub resource_name: Option<Name>,
    /// What it stands on.
    pub parents: Vec<ResourceId>,
    /// What its runs sign in with.
    pub integrations: Vec<IntegrationId>,
    /// Values that are given to it; never those of secrets.
    pub values: BTreeMap<String, Value>,
    /// Names of the values that are secrets.
    pub secrets: Vec<String>,
    /// Variables whose values are outputs of others.
    pub references: BTreeMap<String, ResourceReference>,
    /// Tags for what it makes.
    pub tags: Vec<ResourceSetting>,
    /// Settings for it and what stands on it.
    pub settings: Vec<ResourceSetting>,
}

/// A workflow as somebody wants it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewWorkflow {
    /// What it does.
    pub kind: WorkflowKind,
    /// The resources. To destroy: with everything that stands on them. To upgrade: all of the version's template that have
    /// another version, when empty.
    #[serde(default)]
    pub resources: Vec<ResourceId>,
    /// To upgrade: the version to take them to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// To destroy: a workflow that made resources, instead of naming them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowId>,
    /// To create: the blueprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blueprint: Option<BlueprintId>,
    /// To create: the project that the resources stand in; the default one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// To create: with what the names of resources begin that neither you nor a template names; the blueprint's name when
    /// absent. A part `db` of `shop` is `shop-db` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// To create: values of the blueprint's constants.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, Value>,
    /// To create: a resource for each of the blueprint's externals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub externals: BTreeMap<String, ResourceId>,
    /// To create: what is said about single parts, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, PartChoice>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// How many steps are carried out at once; 5 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// After how many failed steps no other begins; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<u32>,
    /// Whether plans that no approval rule holds are applied without anybody looking at them.
    #[serde(default)]
    pub auto_apply: bool,
    /// Whether it is started at once.
    #[serde(default)]
    pub start: bool,
}

impl Attributes for NewWorkflow {
    const TYPE: &'static str = Workflow::TYPE;
}

/// What a step of a workflow is to make otherwise; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkflowStepChanges {
    /// What its resource is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Values of variables, secrets included, beside those that it has. One that is null is taken away; one that is given counts
    /// before what another resource puts out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Value>,
    /// What its runs sign in with: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<Vec<IntegrationId>>,
    /// Another version of its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
}

impl Attributes for WorkflowStepChanges {
    const TYPE: &'static str = "workflow-steps";
}
