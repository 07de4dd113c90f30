//! What a plan changes, for people who look at it: an index of all changes and the details of each.
//!
//! Both are plain JSON. The index has its rows in columns with tables for what repeats, so that a hundred thousand changes
//! are a few megabytes. No sensitive value is in either.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// All changes of a plan. A change's *number* is its place in the columns; outputs that change have the numbers after.
///
/// Rows are in the order of `groups`: planned changes, the module with the riskiest change first, then what was found to
/// have changed outside; inside a group the riskiest first, then by type, name and key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlanChanges {
    /// Version of this shape.
    pub format: u32,
    /// Version of the engine that planned.
    pub engine_version: String,
    /// Planning ended with an error: this is not all that would happen.
    pub is_errored: bool,
    /// How many changes have a number: rows and outputs.
    pub total: u64,
    /// Counts of planned changes.
    pub counts: PlanChangeCounts,
    /// Table of actions, riskiest first.
    pub actions: Vec<PlannedAction>,
    /// Table of module addresses; empty for the root.
    pub modules: Vec<String>,
    /// Table of resource types.
    pub types: Vec<PlannedType>,
    /// Table of resource names.
    pub names: Vec<String>,
    /// Table of reasons; the first is none.
    pub reasons: Vec<ChangeReason>,
    /// Table of attributes that force a replacement; the first is none.
    pub replace_paths: Vec<Vec<String>>,
    /// Rows that follow each other and are of one module.
    pub groups: Vec<ChangeGroup>,
    /// The rows.
    pub changes: ChangeColumns,
    /// What few rows have, by number.
    pub notes: BTreeMap<String, ChangeNote>,
    /// Outputs that change.
    pub outputs: Vec<OutputChange>,
}

/// How many changes of which kind.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlanChangeCounts {
    /// Destroyed.
    pub delete: u64,
    /// Replaced, in whichever way.
    pub replace: u64,
    /// Removed from the state and kept.
    pub forget: u64,
    /// Changed in place.
    pub update: u64,
    /// Created.
    pub create: u64,
    /// Taken into the state without any other change.
    pub import: u64,
    /// Only moved to another address.
    #[serde(rename = "move")]
    pub moved: u64,
    /// Data sources read during apply.
    pub read: u64,
    /// Nothing happens.
    pub no_op: u64,
    /// With words that this version does not know.
    pub unknown: u64,
    /// Rows of what was found to have changed outside; in no other count.
    pub drift: u64,
    /// Outputs that change.
    pub outputs: u64,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedAction {
    /// It is destroyed.
    Delete,
    /// It is destroyed, then created anew.
    DeleteThenCreate,
    /// It is created anew, then the old one is destroyed.
    CreateThenDelete,
    /// It is created anew, and the old one is kept outside of the state.
    ForgetThenCreate,
    /// Words that this version does not know.
    Unknown,
    /// It is removed from the state and kept.
    Forget,
    /// It is changed in place.
    Update,
    /// It is created.
    Create,
    /// It is taken into the state.
    Import,
    /// Only its address changes.
    Move,
    /// It is read during apply.
    Read,
    /// Nothing.
    NoOp,
}

/// A resource type of a provider.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedType {
    /// The type.
    pub name: String,
    /// `managed` or `data`.
    pub mode: String,
    /// Full address of the provider.
    pub provider: String,
}

/// Why something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeReason {
    /// The engine's word.
    pub word: String,
    /// The same for people.
    pub text: String,
}

/// Rows of one module.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeGroup {
    /// Place in `modules`.
    pub module: u64,
    /// Found to have changed outside, and not planned.
    pub is_drift: bool,
    /// The first row's number.
    pub start: u64,
    /// How many rows.
    pub count: u64,
    /// Counts that are not zero, by the names of the whole's counts.
    pub counts: BTreeMap<String, u64>,
}

/// The rows: each is a place in every column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeColumns {
    /// Place in `actions`.
    pub action: Vec<u32>,
    /// Place in `types`.
    #[serde(rename = "type")]
    pub resource_type: Vec<u32>,
    /// Place in `names`.
    pub name: Vec<u32>,
    /// The `for_each` key (text), the `count` index (number), or null.
    pub key: Vec<Option<InstanceKey>>,
    /// Place in `reasons`.
    pub reason: Vec<u32>,
    /// Place in `replace-paths`.
    pub replace_paths: Vec<u32>,
}

/// The key of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum InstanceKey {
    /// By `count`.
    Index(u64),
    /// By `for_each`.
    Key(String),
}

/// What few changes have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeNote {
    /// Address before it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// The id that is imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importing_id: Option<String>,
    /// Key of the deposed object that this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
}

/// An output that changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OutputChange {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub action: PlannedAction,
    /// Whether its value is not shown.
    pub is_sensitive: bool,
}

/// One change of a plan, attribute by attribute.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlanChange {
    /// Its number.
    pub number: u64,
    /// Absolute address; `output.` and the name for an output.
    pub address: String,
    /// Module address; empty for the root.
    pub module: String,
    /// `managed`, `data` or `output`.
    pub mode: String,
    /// Resource type; empty for an output.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Name.
    pub name: String,
    /// Instance key.
    pub key: Option<InstanceKey>,
    /// Full address of the provider; empty for an output.
    pub provider: String,
    /// What happens.
    pub action: PlannedAction,
    /// Found to have changed outside, and not planned.
    pub is_drift: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ChangeReason>,
    /// Attributes that force the replacement.
    pub replace_paths: Vec<String>,
    /// What few changes have.
    #[serde(flatten)]
    pub note: ChangeNote,
    /// Attributes that change.
    pub changed: Vec<ChangedAttribute>,
    /// How many change.
    pub changed_count: u64,
    /// Attributes that have a value and keep it.
    pub unchanged: Vec<UnchangedAttribute>,
    /// How many keep it.
    pub unchanged_count: u64,
    /// Not all attributes are listed; the counts are right.
    pub is_cut: bool,
}

/// An attribute that changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangedAttribute {
    /// Steps from the object (names and list indices); empty for an output's whole value.
    pub path: Vec<InstanceKey>,
    /// The path as people write it: `tags["a b"].list[0]`.
    pub name: String,
    /// It is why the object is replaced.
    pub forces_replacement: bool,
    /// Old value.
    pub before: ShownValue,
    /// New value.
    pub after: ShownValue,
}

/// An attribute that keeps its value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnchangedAttribute {
    /// Steps from the object.
    pub path: Vec<InstanceKey>,
    /// The path as people write it.
    pub name: String,
    /// The value.
    pub value: ShownValue,
}

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ShownValue {
    /// There is none.
    Absent,
    /// The value.
    Value {
        /// Any JSON. A text is whole up to 256 KiB.
        value: Value,
        /// Bytes of a longer text that were left off at its end.
        #[serde(default, rename = "cut-bytes", skip_serializing_if = "Option::is_none")]
        cut_bytes: Option<u64>,
    },
    /// Known after apply.
    Unknown,
    /// Sensitive: not shown to anybody.
    Sensitive,
    /// Too large to show.
    Omitted {
        /// About how large it is.
        bytes: u64,
    },
}
