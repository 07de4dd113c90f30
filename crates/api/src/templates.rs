//! Templates of the catalog: units of infrastructure that can be ordered, and their hierarchy.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::TemplateId;
use crate::jsonapi::Attributes;
use crate::workspaces::EngineKind;

/// The longest key.
const KEY_LENGTH: usize = 60;

/// What files, names and commands call a template: small letters, digits, `-` and `_`; at most 60. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TemplateKey(String);

/// Why a text is no [`TemplateKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTemplateKeyError {
    /// Nothing was given, or too much.
    #[error("a key has 1 to {KEY_LENGTH} characters, this one has {0}")]
    Length(usize),
    /// A character that keys do not have, and its position counted from 1.
    #[error(
        "a key has small letters, digits, \"-\" and \"_\" and starts with a letter or digit; character {1} is {0:?}"
    )]
    Character(char, usize),
}

impl TemplateKey {
    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TemplateKey {
    type Err = ParseTemplateKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if !(1..=KEY_LENGTH).contains(&length) {
            return Err(ParseTemplateKeyError::Length(length));
        }
        let allowed = |(index, letter): &(usize, char)| {
            matches!(letter, 'a'..='z' | '0'..='9') || (*index > 0 && matches!(letter, '-' | '_'))
        };
        match text.chars().enumerate().find(|place| !allowed(place)) {
            Some((index, letter)) => Err(ParseTemplateKeyError::Character(letter, index + 1)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for TemplateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TemplateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for TemplateKey {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^[a-z0-9][a-z0-9_-]{{0,{}}}$", KEY_LENGTH - 1)))
            .into()
    }
}

impl ToSchema for TemplateKey {}

/// A template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Template {
    /// Unique in its organization. It never changes.
    pub key: TemplateKey,
    /// What people call it: "PostgreSQL database".
    pub name: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// How to use it, in Markdown.
    pub documentation: String,
    /// Whether it has no code: it groups what stands below it.
    pub is_abstract: bool,
    /// Whether it can be ordered.
    pub status: TemplateStatus,
    /// What a resource of it stands on.
    pub parents: Vec<TemplateParent>,
    /// Which kinds of integrations its resources are given; none when empty.
    pub allowed_integrations: Vec<AllowedIntegration>,
    /// Kinds of integrations that carry one resource of this template each.
    pub one_per_integration: Vec<String>,
    /// Names of settings that have to come from the project or from what the resource stands on.
    pub required_settings: Vec<String>,
    /// How its resources are called, with placeholders; null where people choose.
    pub naming: Option<String>,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// What runs of its resources need and nobody may see.
    pub secrets: Vec<TemplateSecret>,
    /// What apps are given that use a resource of it; null where none can.
    pub service: Option<ServiceOffering>,
    /// Which program runs its code.
    pub engine: EngineKind,
    /// Version constraint on the engine, as `~> 1.12`; empty for the server's default.
    pub engine_version: String,
    /// Counts its changes, from 1.
    pub revision: i64,
    /// How many things stand on it, by their kind (`template` for those below it, `resource`), as far as you may see them.
    pub used_by: BTreeMap<String, u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Template {
    const TYPE: &'static str = "templates";
}

/// A template as somebody describes it; what is absent has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewTemplate {
    /// Unique in its organization. It never changes.
    pub key: TemplateKey,
    /// What people call it: "PostgreSQL database".
    pub name: String,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// How to use it, in Markdown.
    #[serde(default)]
    pub documentation: String,
    /// Whether it has no code: it groups what stands below it.
    #[serde(default)]
    pub is_abstract: bool,
    /// Whether it can be ordered.
    #[serde(default)]
    pub status: TemplateStatus,
    /// What a resource of it stands on.
    #[serde(default)]
    pub parents: Vec<TemplateParent>,
    /// Which kinds of integrations its resources are given; none when empty.
    #[serde(default)]
    pub allowed_integrations: Vec<AllowedIntegration>,
    /// Kinds of integrations that carry one resource of this template each: one account per AWS integration.
    #[serde(default)]
    pub one_per_integration: Vec<String>,
    /// Names of settings that have to come from the project or from what the resource stands on.
    #[serde(default)]
    pub required_settings: Vec<String>,
    /// How its resources are called, with placeholders: `{project}-{environment}-db`; absent where people choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naming: Option<String>,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What runs of its resources need and nobody may see.
    #[serde(default)]
    pub secrets: Vec<TemplateSecret>,
    /// What apps are given that use a resource of it; absent where none can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceOffering>,
    /// Which program runs its code.
    #[serde(default)]
    pub engine: EngineKind,
    /// Version constraint on the engine, as `~> 1.12`; empty for the server's default.
    #[serde(default)]
    pub engine_version: String,
}

impl Attributes for NewTemplate {
    const TYPE: &'static str = Template::TYPE;
}

/// Whether a template can be ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateStatus {
    /// It can.
    #[default]
    Enabled,
    /// It cannot; what was ordered stays.
    Disabled,
}

/// What a resource of a template stands on: so many resources of another template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateParent {
    /// The key of the other template.
    pub template: TemplateKey,
    /// How many resources of it at least. In a group: if any.
    #[serde(default = "one")]
    pub minimum: u32,
    /// How many at most; null for any number.
    #[serde(default = "one_at_most")]
    pub maximum: Option<u32>,
    /// Parents with the same word here are alternatives: those of one of them are enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn one_at_most() -> Option<u32> {
    Some(1)
}

/// A kind of integrations that a resource is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AllowedIntegration {
    /// The kind: `aws`.
    pub kind: String,
    /// Whether a resource cannot be without one.
    #[serde(default)]
    pub required: bool,
}

/// A secret that runs of a template's resources are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateSecret {
    /// The name of the variable: `database_password`, or `API_TOKEN` in the environment.
    pub name: String,
    /// Whether it is a variable of the environment, and not one of the code (`TF_VAR_…`).
    #[serde(default)]
    pub is_environment: bool,
    /// Where the value comes from.
    pub source: SecretSource,
}

/// Where the value of a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SecretSource {
    /// From whoever orders; it is sealed with the resource.
    Given,
    /// From a sensitive variable of a variable set.
    #[serde(rename_all = "kebab-case")]
    VariableSet {
        /// The variable set's name.
        variable_set: String,
        /// The variable's key.
        key: String,
    },
}

/// What apps are given that use a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceOffering {
    /// Outputs of the resource, each with the variable of the app's environment that has its value.
    pub outputs: Vec<BindableOutput>,
}

/// An output that apps are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BindableOutput {
    /// The output's name: `connection_string`.
    pub output: String,
    /// The variable's name: `DATABASE_URL`.
    pub variable: String,
}

/// Changes to a template; what is absent stays, lists are replaced as a whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateChanges {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How to use it, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
    /// Whether it has no code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_abstract: Option<bool>,
    /// What a resource of it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<TemplateParent>>,
    /// Which kinds of integrations its resources are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_integrations: Option<Vec<AllowedIntegration>>,
    /// Kinds of integrations that carry one resource each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_per_integration: Option<Vec<String>>,
    /// Settings that have to come from above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_settings: Option<Vec<String>>,
    /// How its resources are called; null where people choose.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub naming: Option<Option<String>>,
    /// To find it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// What runs need and nobody may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Vec<TemplateSecret>>,
    /// What apps are given; null where none can use it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<ServiceOffering>)]
    pub service: Option<Option<ServiceOffering>>,
    /// Which program runs its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineKind>,
    /// Version constraint on the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
}

impl Attributes for TemplateChanges {
    const TYPE: &'static str = Template::TYPE;
}

/// A template with all that it stands on, or all that stands on it, as far as you may see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TemplateTree {
    /// `parents` or `children`.
    pub direction: TreeDirection,
    /// The template itself first, then those that can be reached, the nearer ones first. Each is there once, however
    /// many ways lead to it.
    pub nodes: Vec<TemplateNode>,
    /// Who stands on whom among them.
    pub edges: Vec<TemplateEdge>,
}

impl Attributes for TemplateTree {
    const TYPE: &'static str = "template-trees";
}

/// Which way a tree is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TreeDirection {
    /// To what the template stands on.
    Parents,
    /// To what stands on the template.
    Children,
}

impl FromStr for TreeDirection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "parents" => Ok(Self::Parents),
            "children" => Ok(Self::Children),
            other => Err(format!("a direction is \"parents\" or \"children\", not \"{other}\"")),
        }
    }
}

/// A template in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TemplateNode {
    /// Its id.
    pub id: TemplateId,
    /// Its key.
    pub key: TemplateKey,
    /// Its name.
    pub name: String,
    /// Whether it has no code.
    pub is_abstract: bool,
    /// Whether it can be ordered.
    pub status: TemplateStatus,
    /// Steps from the first, by the shortest way.
    pub distance: u32,
}

/// Who stands on whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TemplateEdge {
    /// What stands on the other.
    pub child: TemplateId,
    /// What the other stands on.
    pub parent: TemplateId,
    /// How many of the parent at least.
    pub minimum: u32,
    /// How many at most; null for any number.
    pub maximum: Option<u32>,
    /// The word of the alternatives that it is one of.
    pub group: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_small_and_safe_everywhere() {
        for right in ["a", "postgres", "vpc_2-a", "0"] {
            assert_eq!(right.parse::<TemplateKey>().unwrap().as_str(), right);
        }
        for wrong in ["", "-a", "_a", "A", "a b", "a/b", "..", "é", &"a".repeat(61)] {
            assert!(wrong.parse::<TemplateKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_parent_is_one_unless_it_says_otherwise() {
        let parent: TemplateParent = serde_json::from_str(r#"{"template":"network"}"#).unwrap();
        assert_eq!((parent.minimum, parent.maximum), (1, Some(1)));
        let many: TemplateParent =
            serde_json::from_str(r#"{"template":"network","minimum":0,"maximum":null}"#).unwrap();
        assert_eq!((many.minimum, many.maximum), (0, None));
    }
}
