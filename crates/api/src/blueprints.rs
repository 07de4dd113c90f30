//! Blueprints: several resources that are made together, the outputs of some wired to the variables of others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{IntegrationId, SourceCodeVersionId};
use crate::jsonapi::Attributes;
use crate::resources::ResourceSetting;
use crate::templates::TemplateKey;
use crate::{Name, Timestamp};

/// A blueprint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Blueprint {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// What is asked when it is used.
    pub constants: Vec<BlueprintConstant>,
    /// Resources that are there, and are chosen when it is used.
    pub externals: Vec<BlueprintExternal>,
    /// Resources that are made.
    pub parts: Vec<BlueprintPart>,
    /// Where values of the parts come from.
    pub wires: Vec<BlueprintWire>,
    /// Counts its changes, from 1.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Blueprint {
    const TYPE: &'static str = "blueprints";
}

/// A blueprint as somebody describes it; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewBlueprint {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What is asked when it is used.
    #[serde(default)]
    pub constants: Vec<BlueprintConstant>,
    /// Resources that are there, and are chosen when it is used.
    #[serde(default)]
    pub externals: Vec<BlueprintExternal>,
    /// Resources that are made.
    #[serde(default)]
    pub parts: Vec<BlueprintPart>,
    /// Where values of the parts come from.
    #[serde(default)]
    pub wires: Vec<BlueprintWire>,
}

impl Attributes for NewBlueprint {
    const TYPE: &'static str = Blueprint::TYPE;
}

/// What somebody wants to be different about a blueprint; what is absent stays, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintChanges {
    /// Unique in its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// What is asked when it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constants: Option<Vec<BlueprintConstant>>,
    /// Resources that are chosen when it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub externals: Option<Vec<BlueprintExternal>>,
    /// Resources that are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<BlueprintPart>>,
    /// Where values of the parts come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wires: Option<Vec<BlueprintWire>>,
}

impl Attributes for BlueprintChanges {
    const TYPE: &'static str = Blueprint::TYPE;
}

/// A value that is asked once and can be given to many variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintConstant {
    /// Unique among the constants: as a variable is called.
    pub name: String,
    /// What it is, for who is asked.
    #[serde(default)]
    pub description: String,
    /// What it is when nobody says anything; it has to be given when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// A resource that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintExternal {
    /// Unique among the parts and externals.
    pub name: String,
    /// What to choose, for who is asked.
    #[serde(default)]
    pub description: String,
    /// The key of the template that it has to be of.
    pub template: TemplateKey,
}

/// A resource that is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintPart {
    /// Unique among the parts and externals.
    pub name: String,
    /// What it is for: the description of the resource.
    #[serde(default)]
    pub description: String,
    /// The key of its template. Several parts can be of the same.
    pub template: TemplateKey,
    /// A version of the template; the one that is recommended when the blueprint is used, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// Names of the parts and externals that it stands on, directly.
    #[serde(default)]
    pub stands_on: Vec<String>,
    /// Values of variables; never of secrets, which are given when the blueprint is used.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Tags for what it makes.
    #[serde(default)]
    pub tags: Vec<ResourceSetting>,
    /// Settings for it and what stands on it.
    #[serde(default)]
    pub settings: Vec<ResourceSetting>,
}

/// A value that comes from somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintWire {
    /// From where.
    pub from: BlueprintWireSource,
    /// To which variable.
    pub to: BlueprintWireTarget,
}

/// Where a wire begins: an output of a part, an output of an external, or a constant. Exactly one of them is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintWireSource {
    /// The name of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The name of an external.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
    /// The name of a constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// The output of the part or external.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// Where a wire ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BlueprintWireTarget {
    /// The name of a part.
    pub part: String,
    /// A variable of it.
    pub variable: String,
}

/// What somebody says about a part when a blueprint is used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PartChoice {
    /// What the resource is called; may be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Values of variables, secrets included. They count before those of the blueprint and before wires.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Value>,
    /// What its runs sign in with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<IntegrationId>,
    /// Another version of the template than the blueprint says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_code_version: Option<SourceCodeVersionId>,
    /// Tags for what it makes, instead of those of the blueprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<ResourceSetting>>,
    /// Settings for it and what stands on it, instead of those of the blueprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<ResourceSetting>>,
}
