//! Resources: what was ordered from the catalog, and what it stands on.

mod forms;
mod imports;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::catalog::FieldDifference;
use crate::ids::{IntegrationId, ProjectId, ResourceChangeId, ResourceId, SourceCodeVersionId, TemplateId};
use crate::jsonapi::Attributes;
use crate::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use crate::templates::{TemplateKey, TreeDirection};
use crate::{Name, Timestamp};

pub use forms::{
    FormCandidate, FormIntegration, FormParent, FormProblem, FormSetting, FormVersion, ResolvedValue, ResourceCheck,
    ResourceForm, ValueOrigin,
};
pub use imports::{ResourceImport, ResourceImported};

/// Whether there is anything behind a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceState {
    /// It was ordered, and nothing was made yet.
    #[default]
    Requested,
    /// It is there.
    Provisioned,
    /// It was there; its row and its history stay until somebody deletes it.
    Destroyed,
}

impl ResourceState {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Provisioned => "provisioned",
            Self::Destroyed => "destroyed",
        }
    }
}

/// Everything that somebody decides about a resource. Values of secrets are never in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceSpecification {
    /// Unique among the resources of its template in its project.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The version of its template; null for a resource of an abstract template, which has no code.
    #[serde(default)]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// What it stands on.
    #[serde(default)]
    pub parents: Vec<ResourceId>,
    /// What its runs sign in with.
    #[serde(default)]
    pub integrations: Vec<IntegrationId>,
    /// Values of the version's variables. Variables that are not in it have what the form says.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Variables whose values are outputs of certain resources that it stands on.
    #[serde(default)]
    pub references: BTreeMap<String, ResourceReference>,
    /// Tags for what it makes: variables called `tags` are given them, with those of everything it stands on.
    #[serde(default)]
    pub tags: Vec<ResourceSetting>,
    /// Settings for it and what stands on it: values for variables of the same name to which nobody gives another.
    #[serde(default)]
    pub settings: Vec<ResourceSetting>,
}

/// An output of a certain resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceReference {
    /// A resource that the one with the variable stands on, however many steps between.
    pub resource: ResourceId,
    /// An output of it.
    pub output: String,
}

/// A tag or a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceSetting {
    /// What it is called: as a variable.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether what stands on the resource has it, too.
    #[serde(default)]
    pub is_inherited: bool,
}

/// A resource: what was ordered, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CatalogResource {
    /// The key of its template.
    pub template: TemplateKey,
    /// What people call its version: `v1.2.0 (modules/network)`; null for one of an abstract template.
    pub version_name: Option<String>,
    /// Whether anything is behind it.
    pub state: ResourceState,
    /// Whether it is a demo, as all of its project are: planned, and never made.
    #[serde(default)]
    pub is_demo: bool,
    /// As it was last applied; before that, as it was ordered.
    #[serde(flatten)]
    pub specification: ResourceSpecification,
    /// Names of the values that are secrets, and that are never shown.
    pub secrets: Vec<String>,
    /// The change of it that is not over.
    pub change: Option<OpenChange>,
    /// Why it should be brought up to date; empty when it should not.
    pub stale: Vec<StaleReason>,
    /// How many outputs it has.
    pub output_count: u32,
    /// The number of its last applied change; 0 before.
    pub revision: i64,
    /// Who ordered it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Attributes for CatalogResource {
    const TYPE: &'static str = "resources";
}

/// A change that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OpenChange {
    /// Its id.
    pub id: ResourceChangeId,
    /// What it does.
    pub kind: ResourceChangeKind,
    /// How far it is.
    pub status: ResourceChangeStatus,
    /// What went wrong, in a sentence.
    pub error: Option<String>,
}

/// What changed below a resource, so that it should be brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StaleReason {
    /// What it stands on; null for its project.
    pub parent: Option<ResourceId>,
    /// `output`, `setting` or `tag`.
    pub what: String,
    /// Its name.
    pub name: String,
    /// The parent's revision that brought it; of a project, how often its rules were changed.
    pub revision: i64,
    /// When.
    pub since: Timestamp,
}

/// A resource as somebody orders it. Values of secrets stand among the others; they are sealed and never shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewCatalogResource {
    /// The key of a template.
    pub template: TemplateKey,
    /// The project that it stands in; the default one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// Unique among the resources of its template in its project; may be absent where the template says how its resources
    /// are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// A version of the template; the recommended one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// What it stands on.
    #[serde(default)]
    pub parents: Vec<ResourceId>,
    /// What its runs sign in with.
    #[serde(default)]
    pub integrations: Vec<IntegrationId>,
    /// Values of the version's variables, secrets included.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Variables whose values are outputs of certain resources that it stands on. They count before what the version says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, ResourceReference>,
    /// Tags for what it makes.
    #[serde(default)]
    pub tags: Vec<ResourceSetting>,
    /// Settings for it and what stands on it.
    #[serde(default)]
    pub settings: Vec<ResourceSetting>,
    /// Where it is running already: the state that it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ResourceImport>,
    /// Why, for those who decide on it.
    #[serde(default)]
    pub reason: String,
    /// Whether the plan is applied without a further yes, where no rule wants anybody's approval.
    #[serde(default)]
    pub auto_apply: bool,
}

impl Attributes for NewCatalogResource {
    const TYPE: &'static str = CatalogResource::TYPE;
}

/// What somebody wants to be different about a resource; what is absent stays, lists and maps are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CatalogResourceChanges {
    /// Unique among the resources of its template in its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// Another version of its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// What it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<ResourceId>>,
    /// What its runs sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<Vec<IntegrationId>>,
    /// All values. A secret that is left out stays; one that is null goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<BTreeMap<String, Value>>,
    /// All variables whose values are outputs of certain resources that it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<BTreeMap<String, ResourceReference>>,
    /// Tags for what it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<ResourceSetting>>,
    /// Settings for it and what stands on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<ResourceSetting>>,
    /// Why, for those who decide on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether the plan is applied without a further yes, where no rule wants anybody's approval.
    #[serde(default)]
    pub auto_apply: bool,
}

impl Attributes for CatalogResourceChanges {
    const TYPE: &'static str = CatalogResource::TYPE;
}

/// What somebody wants to happen to a resource as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceRequest {
    /// Why, for those who decide on it.
    #[serde(default)]
    pub reason: String,
    /// Whether the plan is applied without a further yes, where no rule wants anybody's approval.
    #[serde(default)]
    pub auto_apply: bool,
}

/// Which revision of a resource shall be again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceRestoration {
    /// The revision.
    pub revision: i64,
    /// Why, for those who decide on it.
    #[serde(default)]
    pub reason: String,
    /// Whether the plan is applied without a further yes, where no rule wants anybody's approval.
    #[serde(default)]
    pub auto_apply: bool,
}

/// A resource with all that it stands on, or all that stands on it, as far as you may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceTree {
    /// `parents` or `children`.
    pub direction: TreeDirection,
    /// The resource itself first, then those that can be reached, the nearer ones first. Each is there once.
    pub nodes: Vec<ResourceNode>,
    /// What stands on what among them.
    pub edges: Vec<ResourceEdge>,
    /// Whether there are more than are shown.
    pub is_cut: bool,
}

impl Attributes for ResourceTree {
    const TYPE: &'static str = "resource-trees";
}

/// A resource in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceNode {
    /// Its id.
    pub id: ResourceId,
    /// Its name.
    pub name: Name,
    /// Its project.
    pub project: ProjectId,
    /// Its template.
    pub template: TemplateId,
    /// The key of that.
    pub template_key: TemplateKey,
    /// Whether anything is behind it.
    pub state: ResourceState,
    /// Whether it is a demo: planned, and never made.
    #[serde(default)]
    pub is_demo: bool,
    /// Whether it should be brought up to date.
    pub is_stale: bool,
    /// The change that is not over.
    pub change: Option<ResourceChangeId>,
    /// Steps from the first, by the shortest way.
    pub distance: u32,
}

/// What stands on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceEdge {
    /// What stands on the other.
    pub child: ResourceId,
    /// What the other stands on.
    pub parent: ResourceId,
}

/// What a resource puts out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceOutputs {
    /// The outputs, by name.
    pub outputs: Vec<ResourceOutput>,
}

impl Attributes for ResourceOutputs {
    const TYPE: &'static str = "resource-outputs";
}

/// An output of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceOutput {
    /// Its name.
    pub name: String,
    /// Its type, as OpenTofu writes it in JSON: `"string"`, `["list", "string"]`.
    #[serde(rename = "type")]
    pub value_type: Value,
    /// Whether it is a secret.
    pub is_sensitive: bool,
    /// Its value; null of a secret that was not asked for by its name, and of what is not known.
    pub value: Option<Value>,
    /// Whether nobody knows its value: of a demo, what only an apply would say.
    #[serde(default)]
    pub is_unknown: bool,
}

impl Attributes for ResourceOutput {
    const TYPE: &'static str = "resource-output-values";
}

/// A resource as it was once applied.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceRevision {
    /// Its number, from 1.
    pub revision: i64,
    /// The change that made it.
    pub change: ResourceChangeId,
    /// What the change did.
    pub kind: ResourceChangeKind,
    /// As it was.
    pub specification: ResourceSpecification,
    /// What the change changed; of secrets only that they changed.
    pub differences: Vec<FieldDifference>,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Who asked.
    pub requested_by: String,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
}

impl Attributes for ResourceRevision {
    const TYPE: &'static str = "resource-revisions";
}
