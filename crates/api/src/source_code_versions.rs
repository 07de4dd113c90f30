//! Versions of templates: the code of a module at one commit, how far it is published, and what people are asked for.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::catalog::FieldDifference;
use crate::ids::SourceCodeVersionId;
use crate::jsonapi::Attributes;
use crate::source_codes::{ModuleInterface, ModuleProblem, NewSourceCode};
use crate::templates::{NewTemplate, TemplateKey};
use crate::{Name, Timestamp};

/// What sort of a ref a version is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum RefKind {
    /// A tag, which should not move.
    Tag,
    /// A branch, which does.
    Branch,
    /// A commit.
    Commit,
}

/// How far a version is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// It is tried out.
    #[default]
    Preview,
    /// It is what people should take.
    Active,
    /// What has it keeps it, and should take another.
    Deprecated,
    /// Nothing new takes it.
    Archived,
}

/// Whether a version can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum VersionStatus {
    /// Its module is whole.
    Ready,
    /// Its module cannot be read; its problems say why.
    Failed,
}

/// A version of a template. Its code is a snapshot and never changes by itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersion {
    /// The key of its template.
    pub template: TemplateKey,
    /// The name of its source code.
    pub source_code: Name,
    /// What sort of a ref it is made of.
    pub ref_kind: RefKind,
    /// The tag, branch or commit.
    #[serde(rename = "ref")]
    pub name: String,
    /// The module's directory; empty for the top.
    pub directory: String,
    /// The commit that its code is of.
    pub commit: String,
    /// SHA-256 of its snapshot.
    pub digest: Option<String>,
    /// Size of its snapshot in bytes.
    pub size_bytes: Option<i64>,
    /// Whether it can be used.
    pub status: VersionStatus,
    /// How far it is published.
    pub lifecycle: Lifecycle,
    /// Whether it is the active version with the highest place: what new resources should take.
    pub is_recommended: bool,
    /// Its place among the versions of its template, the oldest first.
    pub position: i64,
    /// What it is.
    pub description: String,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// The commit that its ref is on now, where that is another; the code is still that of `commit`.
    pub moved_to: Option<String>,
    /// Whether its ref is not there any more.
    pub is_ref_gone: bool,
    /// The version before it, that it was compared with.
    pub compared_with: Option<SourceCodeVersionId>,
    /// What it means for whoever uses that one, what breaks first.
    pub notes: Vec<VersionNote>,
    /// The same in the words of those who publish it, in Markdown; null where nobody wrote any.
    pub breaking_changes: Option<String>,
    /// How many variables its module declares.
    pub variable_count: u32,
    /// How many outputs its module declares.
    pub output_count: u32,
    /// How its variables are asked for, in the order of the form. Those that are not in it are asked for as the module says.
    pub variables: Vec<VersionVariable>,
    /// What is wrong with its module.
    pub problems: Vec<ModuleProblem>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for SourceCodeVersion {
    const TYPE: &'static str = "source-code-versions";
}

/// What a version means for whoever uses the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VersionNote {
    /// `breaking`, `notable` or `harmless`.
    pub weight: String,
    /// What it is about: `variable`, `output`, `provider`, `resource`, `engine` or `state`.
    pub subject: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What happened: `added`, `removed`, `type`, `default`, …
    pub change: String,
    /// The same in a sentence.
    pub sentence: String,
}

/// How a variable is asked for. What is absent is as the module says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VersionVariable {
    /// The variable.
    pub name: String,
    /// Whether a value must be given; as the module says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What it is when nobody gives a value; the module's default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether it stays as it was when the resource was made.
    #[serde(default, skip_serializing_if = "is_false")]
    pub frozen: bool,
    /// Whether no two resources of the template may have the same value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Whether its value is hidden, though the module does not say so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Names of the roles that may give a value; everybody when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restricted: Vec<String>,
    /// The values to choose from; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Value>,
    /// The part of the form that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What people need to know to give a value; the module's description when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What a value must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<VariableRules>,
    /// It is asked for only when another variable has this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_when: Option<ShownWhen>,
    /// It is an output of something that the resource stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<VariableReference>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// What a value must be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariableRules {
    /// A number at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// A number at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// A regular expression that a whole text matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Characters of a text at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// What people are told whose value is not that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// When a variable is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ShownWhen {
    /// Another variable.
    pub variable: String,
    /// The value that it has to have.
    pub equals: Value,
}

/// An output of something that a resource stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariableReference {
    /// The key of a template that this one stands on, however many steps between.
    pub template: TemplateKey,
    /// An output of it.
    pub output: String,
}

/// A version as somebody describes it. Exactly one of `tag`, `branch` and `commit` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewSourceCodeVersion {
    /// The key of a template that is not abstract.
    pub template: TemplateKey,
    /// The name of a source code.
    pub source_code: Name,
    /// The tag that it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The branch whose newest commit it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit that it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The module's directory; the top when absent.
    #[serde(default)]
    pub directory: String,
    /// How far it is published; `preview` when it is made and this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Its place among the versions of its template; behind all others when it is made and this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// What it means for those who use the version before, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaking_changes: Option<String>,
    /// How its variables are asked for, in the order of the form.
    #[serde(default)]
    pub variables: Vec<VersionVariable>,
}

impl Attributes for NewSourceCodeVersion {
    const TYPE: &'static str = SourceCodeVersion::TYPE;
}

/// Changes of a version; what is absent stays. Its code is changed by refreshing it, and by nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceCodeVersionChanges {
    /// How far it is published: `preview` → `active` ⇄ `deprecated` ⇄ `archived`, and `preview` → `archived`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// Its place among the versions of its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// What it means for those who use the version before, in Markdown; null for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub breaking_changes: Option<Option<String>>,
    /// How its variables are asked for, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<Vec<VersionVariable>>,
}

impl Attributes for SourceCodeVersionChanges {
    const TYPE: &'static str = SourceCodeVersion::TYPE;
}

/// Null is a change, too.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What the module of a version takes and gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersionInterface {
    /// What it declares.
    #[serde(flatten)]
    pub interface: ModuleInterface,
    /// What is wrong with its files.
    pub problems: Vec<ModuleProblem>,
}

impl Attributes for SourceCodeVersionInterface {
    const TYPE: &'static str = "source-code-version-interfaces";
}

/// What a form of a version asks for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersionSchema {
    /// JSON Schema 2020-12 of all values, with `x-slipway` at each property: `origin` of its default (`module`, `version`,
    /// `reference`), `order`, `group`, `label`, `help`, `frozen`, `unique`, `restricted`, `shown-when`, `reference`,
    /// `message`.
    pub schema: Value,
}

impl Attributes for SourceCodeVersionSchema {
    const TYPE: &'static str = "source-code-version-schemas";
}

/// A file that two snapshots have differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FileDifference {
    /// Where it is, from the top of the repository.
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// What differs, as a unified diff; null where it is no text, or too long to be shown.
    pub diff: Option<String>,
}

/// How the code of a version differs from what its ref is on now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersionDrift {
    /// The commit that its code is of.
    pub commit: String,
    /// The commit that its ref is on now; null when the ref is gone.
    pub ref_commit: Option<String>,
    /// Whether these differ.
    pub is_moved: bool,
    /// Whether the code differs, too.
    pub is_changed: bool,
    /// What the change means for whoever uses it.
    pub notes: Vec<VersionNote>,
    /// The files that differ.
    pub files: Vec<FileDifference>,
    /// Whether more files differ than are shown.
    pub is_cut: bool,
}

impl Attributes for SourceCodeVersionDrift {
    const TYPE: &'static str = "source-code-version-drifts";
}

/// What taking the newest commit of its ref did to a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersionRefresh {
    /// The commit before.
    pub before: String,
    /// The commit now.
    pub commit: String,
    /// Whether the code is another.
    pub is_changed: bool,
    /// Whether it can be used now.
    pub status: VersionStatus,
    /// What the change means for whoever uses it.
    pub notes: Vec<VersionNote>,
    /// What happened to its settings that did not fit any more, a sentence each.
    pub report: Vec<String>,
}

impl Attributes for SourceCodeVersionRefresh {
    const TYPE: &'static str = "source-code-version-refreshes";
}

/// How two versions differ: what changes for whoever goes from the one to the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceCodeVersionComparison {
    /// The one.
    pub from: SourceCodeVersionId,
    /// The other.
    pub to: SourceCodeVersionId,
    /// What it means for whoever uses the one.
    pub notes: Vec<VersionNote>,
    /// Variables that are asked for differently.
    pub settings: Vec<FieldDifference>,
    /// The files that differ.
    pub files: Vec<FileDifference>,
    /// Whether more files differ than are shown.
    pub is_cut: bool,
}

impl Attributes for SourceCodeVersionComparison {
    const TYPE: &'static str = "source-code-version-comparisons";
}

/// A template with its source code and first version, in one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemplateImport {
    /// The template.
    pub template: NewTemplate,
    /// The source code; one of the repository is taken when there is one.
    pub source_code: NewSourceCode,
    /// The tag that the version is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The branch whose newest commit it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit that it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The module's directory; the top when absent.
    #[serde(default)]
    pub directory: String,
    /// How far the version is published; `preview` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// How its variables are asked for, in the order of the form.
    #[serde(default)]
    pub variables: Vec<VersionVariable>,
}

impl Attributes for TemplateImport {
    const TYPE: &'static str = "template-imports";
}
