//! The plan's JSON as types that borrow from its bytes. Unknown fields are accepted, unknown major versions are not.
//!
//! Source: OpenTofu's "JSON Output Format"; fields compared with `internal/command/jsonplan` of 1.12.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::action::Action;
use super::diff::{AttributeChange, Marks, diff};

/// Bytes that are not a plan we can read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not JSON, or JSON of another shape.
    #[error("this is not the JSON form of a plan (made by `tofu show -json <planfile>`)")]
    Malformed(#[source] serde_json::Error),
    /// A binary plan file.
    #[error("this is a binary plan file; its JSON form is made by `tofu show -json <planfile>`")]
    Binary,
    /// A later format.
    #[error("the plan has format version {found}; this version of Slipway reads 0.x and 1.x")]
    Version {
        /// What the plan says.
        found: String,
    },
}

/// A whole plan.
#[derive(Debug, Deserialize)]
pub struct Plan<'a> {
    /// `major.minor` of the format.
    #[serde(borrow)]
    pub format_version: Cow<'a, str>,
    /// Version of the engine that planned.
    #[serde(borrow, default)]
    pub terraform_version: Cow<'a, str>,
    /// Input variables with their values; sensitive ones are not marked here, only in the configuration.
    #[serde(borrow, default)]
    pub variables: BTreeMap<Cow<'a, str>, PlanVariable<'a>>,
    /// What will happen, also the no-ops.
    #[serde(borrow, default)]
    pub resource_changes: Vec<ResourceChange<'a>>,
    /// What was found to have changed outside.
    #[serde(borrow, default)]
    pub resource_drift: Vec<ResourceChange<'a>>,
    /// What will happen to root outputs.
    #[serde(borrow, default)]
    pub output_changes: BTreeMap<Cow<'a, str>, Change<'a>>,
    /// Results of checks, preconditions and postconditions.
    #[serde(borrow, default)]
    pub checks: Vec<Check<'a>>,
    /// RFC 3339 time of planning.
    #[serde(borrow, default)]
    pub timestamp: Option<Cow<'a, str>>,
    /// Planning ended with an error, so the plan is not complete.
    #[serde(default)]
    pub errored: bool,
}

/// An input variable's value.
#[derive(Debug, Deserialize)]
pub struct PlanVariable<'a> {
    /// Raw JSON; missing for ephemeral variables.
    #[serde(borrow, default)]
    pub value: Option<&'a RawValue>,
}

/// One object and its change.
#[derive(Debug, Deserialize)]
pub struct ResourceChange<'a> {
    /// Absolute address.
    #[serde(borrow)]
    pub address: Cow<'a, str>,
    /// Address before a `moved` block.
    #[serde(borrow, default)]
    pub previous_address: Option<Cow<'a, str>>,
    /// Module part of the address.
    #[serde(borrow, default)]
    pub module_address: Option<Cow<'a, str>>,
    /// `managed` or `data`.
    #[serde(borrow, default)]
    pub mode: Cow<'a, str>,
    /// Resource type.
    #[serde(borrow, rename = "type", default)]
    pub resource_type: Cow<'a, str>,
    /// Resource name.
    #[serde(borrow, default)]
    pub name: Cow<'a, str>,
    /// `count` or `for_each` key as JSON.
    #[serde(borrow, default)]
    pub index: Option<&'a RawValue>,
    /// Full provider address.
    #[serde(borrow, default)]
    pub provider_name: Cow<'a, str>,
    /// Key of a deposed object, when the change is about that one.
    #[serde(borrow, default)]
    pub deposed: Option<Cow<'a, str>>,
    /// Why these actions; words may be added by later engines.
    #[serde(borrow, default)]
    pub action_reason: Option<Cow<'a, str>>,
    /// The change itself.
    #[serde(borrow)]
    pub change: Change<'a>,
}

/// A change with its values as raw JSON.
#[derive(Debug, Deserialize)]
pub struct Change<'a> {
    /// The action words.
    #[serde(borrow, default)]
    pub actions: Vec<Cow<'a, str>>,
    /// Value before.
    #[serde(borrow, default)]
    pub before: Option<&'a RawValue>,
    /// Value after, without what is not known yet.
    #[serde(borrow, default)]
    pub after: Option<&'a RawValue>,
    /// `true` where the value will be known after apply only.
    #[serde(borrow, default)]
    pub after_unknown: Option<&'a RawValue>,
    /// `true` where the old value is sensitive.
    #[serde(borrow, default)]
    pub before_sensitive: Option<&'a RawValue>,
    /// `true` where the new value is sensitive.
    #[serde(borrow, default)]
    pub after_sensitive: Option<&'a RawValue>,
    /// Paths that force a replacement.
    #[serde(borrow, default)]
    pub replace_paths: Option<&'a RawValue>,
    /// Set when the object is imported.
    #[serde(borrow, default)]
    pub importing: Option<Importing<'a>>,
}

/// Import details.
#[derive(Debug, Deserialize)]
pub struct Importing<'a> {
    /// The id that is imported.
    #[serde(borrow, default)]
    pub id: Option<Cow<'a, str>>,
    /// What identifies the object where the provider has more than an id.
    #[serde(borrow, default)]
    pub identity: Option<&'a RawValue>,
}

/// Result of one checkable object.
#[derive(Debug, Deserialize)]
pub struct Check<'a> {
    /// Address with `kind`, `name`, `to_display`.
    pub address: Value,
    /// `pass`, `fail`, `error` or `unknown`.
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    /// Results by instance, with problems.
    #[serde(default)]
    pub instances: Vec<Value>,
}

impl<'a> Plan<'a> {
    /// Reads a plan's JSON in one pass.
    ///
    /// # Errors
    /// [`PlanError`] says what the bytes are instead.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PlanError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(PlanError::Binary);
        }
        let plan: Self = serde_json::from_slice(bytes).map_err(PlanError::Malformed)?;
        require_version(&plan.format_version)?;
        Ok(plan)
    }
}

/// Refuses a format that is not known here.
pub(super) fn require_version(format_version: &str) -> Result<(), PlanError> {
    let major = format_version.split('.').next().map(str::parse::<u32>);
    match major {
        Some(Ok(0 | 1)) => Ok(()),
        _ => Err(PlanError::Version {
            found: format_version.to_owned(),
        }),
    }
}

impl ResourceChange<'_> {
    /// What will happen to the object.
    #[must_use]
    pub fn action(&self) -> Action {
        match self.change.action() {
            Action::NoOp if self.previous_address.is_some() => Action::Move,
            action => action,
        }
    }
}

impl Change<'_> {
    /// What will happen.
    #[must_use]
    pub fn action(&self) -> Action {
        Action::from_words(&self.actions, self.importing.is_some())
    }

    /// The attributes that change, sensitive ones without their values.
    ///
    /// # Errors
    /// A value is nested deeper than JSON readers go.
    pub fn attributes(&self) -> Result<Vec<AttributeChange>, PlanError> {
        Ok(diff(&value(self.before)?, &value(self.after)?, &self.marks()?))
    }

    pub(super) fn marks(&self) -> Result<Marks, PlanError> {
        Ok(Marks {
            after_unknown: value(self.after_unknown)?,
            before_sensitive: value(self.before_sensitive)?,
            after_sensitive: value(self.after_sensitive)?,
            replace_paths: value(self.replace_paths)?,
        })
    }
}

pub(super) fn value(raw: Option<&RawValue>) -> Result<Value, PlanError> {
    raw.map_or(Ok(Value::Null), |raw| {
        serde_json::from_str(raw.get()).map_err(PlanError::Malformed)
    })
}
