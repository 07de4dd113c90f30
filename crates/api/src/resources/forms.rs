//! What is asked of somebody who orders or changes a resource, and what would come of the answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{ResourceImported, ResourceSpecification};
use crate::Name;
use crate::catalog::FieldDifference;
use crate::ids::{ResourceId, SourceCodeVersionId};
use crate::jsonapi::Attributes;
use crate::source_code_versions::Lifecycle;
use crate::templates::TemplateKey;

/// Where the value of a variable is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ValueOrigin {
    /// From the resource itself.
    Resource,
    /// It is an output of something that the resource stands on.
    Reference {
        /// What.
        parent: ResourceId,
        /// The output.
        output: String,
    },
    /// It is a setting.
    Setting {
        /// Of what the resource stands on; null for one of its own.
        of: Option<ResourceId>,
    },
    /// It is a setting of the project.
    Project,
    /// It is made of the tags of the resource, of what it stands on, and of the project.
    Tags,
    /// It is a secret of the template, out of a variable set.
    #[serde(rename_all = "kebab-case")]
    Secret {
        /// The variable set.
        variable_set: String,
        /// The variable's key.
        key: String,
    },
    /// It is the default of the version.
    Version,
    /// It is the default of the module.
    Module,
}

/// The value that a variable has, and where it is from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResolvedValue {
    /// The variable.
    pub name: String,
    /// The value; null where nobody says one, where it is known only later, and where it is a secret.
    pub value: Option<Value>,
    /// Where it is from; null where nobody says one.
    pub origin: Option<ValueOrigin>,
    /// Whether it is a secret.
    pub is_sensitive: bool,
    /// Whether it is known only when the run starts.
    pub is_later: bool,
    /// Whether it is asked for, as the values of other variables are.
    pub is_asked: bool,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// A specification that was checked, and nothing more: what ordering it would do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceCheck {
    /// As it would be.
    pub specification: ResourceSpecification,
    /// Names of the values that are secrets.
    pub secrets: Vec<String>,
    /// Every variable with its value.
    pub values: Vec<ResolvedValue>,
    /// What would differ from what there is.
    pub differences: Vec<FieldDifference>,
    /// What is worth knowing, in sentences: that the version is in preview, or deprecated.
    pub notes: Vec<String>,
    /// What would be brought along, of what is running already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ResourceImported>,
}

impl Attributes for ResourceCheck {
    const TYPE: &'static str = "resource-checks";
}

/// What a form needs to ask for a resource.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceForm {
    /// JSON Schema 2020-12 of the values, with `x-slipway` at each property; null without a version.
    pub schema: Option<Value>,
    /// Every variable with the value that it has so far.
    pub values: Vec<ResolvedValue>,
    /// What the resource would be called; null where people choose, or where something is missing for it.
    pub name: Option<Name>,
    /// How the template's resources are called; null where people choose.
    pub naming: Option<String>,
    /// The versions that can be taken, the newest first.
    pub versions: Vec<FormVersion>,
    /// What the resource has to stand on.
    pub parents: Vec<FormParent>,
    /// What its runs can be given.
    pub integrations: Vec<FormIntegration>,
    /// Settings that have to come from the resource or from what it stands on, each with whether it does.
    pub required_settings: Vec<FormSetting>,
    /// What is wrong so far, each with its place.
    pub problems: Vec<FormProblem>,
}

impl Attributes for ResourceForm {
    const TYPE: &'static str = "resource-forms";
}

/// A version that can be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormVersion {
    /// Its id.
    pub id: SourceCodeVersionId,
    /// What people call it.
    pub name: String,
    /// How far it is published.
    pub lifecycle: Lifecycle,
    /// Whether it is what new resources should take.
    pub is_recommended: bool,
}

/// What a resource has to stand on: so many resources of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormParent {
    /// The template.
    pub template: TemplateKey,
    /// How many at least.
    pub minimum: u32,
    /// How many at most; null for any number.
    pub maximum: Option<u32>,
    /// The word of the alternatives that it is one of.
    pub group: Option<String>,
    /// Those that fit, by name; the first 100.
    pub candidates: Vec<FormCandidate>,
}

/// What a resource's runs can be given of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormIntegration {
    /// The kind.
    pub kind: String,
    /// Whether the resource cannot be without one.
    pub is_required: bool,
    /// Those that you may use, by name; the first 100.
    pub candidates: Vec<FormCandidate>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormCandidate {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is worth knowing of it in a word: a resource's state.
    pub status: String,
}

/// A setting that has to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormSetting {
    /// Its name.
    pub name: String,
    /// Whether it is.
    pub is_given: bool,
}

/// What is wrong with a place of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FormProblem {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}
