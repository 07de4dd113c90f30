//! Source codes of the catalog: repositories with modules, and what those modules take and give.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{IntegrationId, RepositoryId};
use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A repository with modules that templates are made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCode {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// Its repository: `group/name` at its forge.
    pub repository: String,
    /// Where that is cloned from.
    pub address: String,
    /// Where people look at it.
    pub web_url: Option<String>,
    /// Its default branch; null while it is empty.
    pub default_branch: Option<String>,
    /// `ok`, `unreachable` (tried again), `refused` (somebody must act) or `gone`.
    pub status: String,
    /// Why it is not well, in a sentence.
    pub error: Option<String>,
    /// When its branches and tags were last compared with its forge.
    pub synchronized_at: Option<Timestamp>,
    /// How many things use it, by their kind (`template`), as far as you may see them.
    pub used_by: BTreeMap<String, u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for SourceCode {
    const TYPE: &'static str = "source-codes";
}

/// Which repository is to be a source code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewSourceCode {
    /// Unique in its organization; that of the repository when it is absent.
    #[serde(default)]
    pub name: Option<Name>,
    /// The repository's full name at the integration's forge (`group/name`), or its whole address.
    pub identifier: String,
    /// The integration that opens it; null when everybody may read it.
    #[serde(default)]
    pub integration_id: Option<IntegrationId>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
}

impl Attributes for NewSourceCode {
    const TYPE: &'static str = SourceCode::TYPE;
}

/// Changes of a source code; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceCodeChanges {
    /// Unique in its organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

impl Attributes for SourceCodeChanges {
    const TYPE: &'static str = SourceCode::TYPE;
}

/// A directory with a module, at a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeModule {
    /// The directory; empty for the top.
    pub directory: String,
    /// Its last name; the source code's for the top.
    pub name: String,
    /// The commit that was looked at.
    pub commit: String,
    /// How many variables it declares.
    pub variables: u32,
    /// How many of them must be given.
    pub required_variables: u32,
    /// How many outputs it declares.
    pub outputs: u32,
    /// How many resources it declares.
    pub resources: u32,
    /// What is wrong with its files: how many errors.
    pub errors: u32,
    /// Digest of its configuration files: the same where they are the same.
    pub digest: String,
}

impl Attributes for SourceCodeModule {
    const TYPE: &'static str = "source-code-modules";
}

/// What a module takes and gives, read from its own directory.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeInterface {
    /// The commit that was looked at.
    pub commit: String,
    /// The directory; empty for the top.
    pub directory: String,
    /// What it declares.
    #[serde(flatten)]
    pub interface: ModuleInterface,
    /// What is wrong with its files.
    pub problems: Vec<ModuleProblem>,
}

impl Attributes for SourceCodeInterface {
    const TYPE: &'static str = "source-code-interfaces";
}

/// What a module declares.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleInterface {
    /// Its variables, in the order of files and lines.
    pub variables: Vec<ModuleVariable>,
    /// Its outputs, in the same order.
    pub outputs: Vec<ModuleOutput>,
    /// Version constraints on the engine; all must hold.
    pub engine_versions: Vec<String>,
    /// Providers that it needs.
    pub providers: Vec<ModuleProvider>,
    /// Modules that it calls.
    pub modules: Vec<ModuleCall>,
    /// How many resources it has of each type.
    pub resources: BTreeMap<String, u32>,
    /// How many data sources it has of each type.
    pub data_sources: BTreeMap<String, u32>,
}

/// A variable of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleVariable {
    /// Its name.
    pub name: String,
    /// Its type, on one line: `list(string)`.
    #[serde(rename = "type")]
    pub value_type: String,
    /// Whether the module has no default for it.
    pub required: bool,
    /// The module's default; null where it has none, where it is null, and where it must not be seen.
    pub default: Value,
    /// The default as it is written, where only the engine computes it.
    pub default_expression: Option<String>,
    /// Whether null is a value.
    pub nullable: bool,
    /// Whether its value is hidden.
    pub sensitive: bool,
    /// Whether its value is kept nowhere.
    pub ephemeral: bool,
    /// What to do in place of using it.
    pub deprecated: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Rules that the engine checks.
    pub validations: Vec<ModuleValidation>,
    /// The file that declares it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
}

/// A rule that the engine checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleValidation {
    /// As it is written.
    pub condition: String,
    /// What people are told.
    pub message: String,
}

/// An output of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleOutput {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Whether its value is hidden.
    pub sensitive: bool,
    /// Whether its value is kept nowhere.
    pub ephemeral: bool,
    /// What to do in place of using it.
    pub deprecated: Option<String>,
    /// The file that declares it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
}

/// A provider that a module needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleProvider {
    /// Its local name.
    pub name: String,
    /// Where it comes from: `hashicorp/random`.
    pub source: String,
    /// Which versions will do; null for any.
    pub constraint: Option<String>,
}

/// A module that a module calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleCall {
    /// What it calls it.
    pub name: String,
    /// Where that is.
    pub source: String,
    /// Which versions will do, of a module of a registry.
    pub version: Option<String>,
}

/// Something that is wrong with a module's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleProblem {
    /// `error` or `warning`.
    pub severity: String,
    /// In a line.
    pub summary: String,
    /// The rest; may be empty.
    pub detail: String,
    /// The file, from the top of the repository; null where it is about the whole module.
    pub file: Option<String>,
    /// The line, from 1; null where it is about the whole file.
    pub line: Option<u64>,
    /// The column, from 1.
    pub column: Option<u64>,
}

/// What synchronizing a source code found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeSynchronization {
    /// The repository.
    pub repository_id: RepositoryId,
    /// Branches and tags that came.
    pub added: Vec<String>,
    /// Branches and tags that moved.
    pub moved: Vec<String>,
    /// Branches and tags that are gone.
    pub removed: Vec<String>,
}

impl Attributes for SourceCodeSynchronization {
    const TYPE: &'static str = "source-code-synchronizations";
}
