//! The details of one change: every attribute before and after, as far as a person can look at it.

use serde::Serialize;

use super::index::{Note, resource_type};
use super::order::module;
use super::reasons::Reason;
use super::shown::{Room, Shown};
use super::{Changes, InstanceKey, Row};
use crate::plan::action::Action;
use crate::plan::diff::{PathStep, compare, path_text};
use crate::plan::model::{Change, PlanError, value};

/// More attributes than this are counted only.
const MAX_ATTRIBUTES: usize = 5_000;
/// A document's values together; what comes after is counted only.
const MAX_DOCUMENT_BYTES: usize = 1 << 20;
/// What an attribute takes beside its values and its name.
const OVERHEAD_BYTES: usize = 100;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Details {
    /// Its number.
    pub number: usize,
    /// Absolute address.
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
    pub key: InstanceKey,
    /// Full address of the provider; empty for an output.
    pub provider: String,
    /// What happens.
    pub action: Action,
    /// Found to have changed outside, and not planned.
    pub is_drift: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Attributes that force the replacement.
    pub replace_paths: Vec<String>,
    /// What few changes have.
    #[serde(flatten)]
    pub note: Note,
    /// Attributes that change.
    pub changed: Vec<AttributePair>,
    /// How many change.
    pub changed_count: usize,
    /// Attributes that keep their value.
    pub unchanged: Vec<Attribute>,
    /// How many keep it.
    pub unchanged_count: usize,
    /// Not all attributes are listed.
    pub is_cut: bool,
}

/// An attribute that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AttributePair {
    /// Steps from the object; empty for an output's whole value.
    pub path: Vec<PathStep>,
    /// The path as people write it.
    pub name: String,
    /// It is why the object is replaced.
    pub forces_replacement: bool,
    /// Old value.
    pub before: Shown,
    /// New value.
    pub after: Shown,
}

/// An attribute that keeps its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    /// Steps from the object.
    pub path: Vec<PathStep>,
    /// The path as people write it.
    pub name: String,
    /// The value.
    pub value: Shown,
}

/// What is said of the attributes.
#[derive(Default)]
struct Listed {
    changed: Vec<AttributePair>,
    changed_count: usize,
    unchanged: Vec<Attribute>,
    unchanged_count: usize,
    is_cut: bool,
}

impl Changes<'_> {
    /// The details of the change with a number; none when there is no such number.
    #[must_use]
    pub fn details(&self, number: usize) -> Option<Details> {
        match self.rows.get(number) {
            Some(row) => Some(self.of_row(number, row)),
            None => {
                let (name, change) = self.outputs.get(number - self.rows.len())?;
                Some(self.of_output(number, name, change))
            }
        }
    }

    fn of_row(&self, number: usize, row: &Row<'_>) -> Details {
        let resource = row.resource;
        let listed = self.listed(&resource.change);
        let of = resource_type(row);
        Details {
            number,
            address: self.masked(&resource.address).into_owned(),
            module: self.masked(module(resource)).into_owned(),
            mode: of.mode,
            resource_type: of.name,
            name: self.masked(&resource.name).into_owned(),
            key: row.key.clone(),
            provider: of.provider,
            action: row.action,
            is_drift: number >= self.planned,
            reason: resource.action_reason.as_deref().map(Reason::of),
            replace_paths: self.replace_paths(&resource.change),
            note: self.note(row).unwrap_or_default(),
            changed: listed.changed,
            changed_count: listed.changed_count,
            unchanged: listed.unchanged,
            unchanged_count: listed.unchanged_count,
            is_cut: listed.is_cut,
        }
    }

    fn of_output(&self, number: usize, name: &str, change: &Change<'_>) -> Details {
        let listed = self.listed(change);
        let name = self.masked(name).into_owned();
        Details {
            number,
            address: format!("output.{name}"),
            module: String::new(),
            mode: "output".to_owned(),
            resource_type: String::new(),
            name,
            key: InstanceKey::None,
            provider: String::new(),
            action: change.action(),
            is_drift: false,
            reason: None,
            replace_paths: Vec::new(),
            note: Note::default(),
            changed: listed.changed,
            changed_count: listed.changed_count,
            unchanged: listed.unchanged,
            unchanged_count: listed.unchanged_count,
            is_cut: listed.is_cut,
        }
    }

    /// What cannot be read is said to be cut: a value that is nested deeper than JSON readers go.
    fn listed(&self, change: &Change<'_>) -> Listed {
        self.list(change).unwrap_or_else(|_| Listed {
            is_cut: true,
            ..Listed::default()
        })
    }

    fn list(&self, change: &Change<'_>) -> Result<Listed, PlanError> {
        let (before, after, marks) = (value(change.before)?, value(change.after)?, change.marks()?);
        let found = compare(&before, &after, &marks);
        let mut room = Room {
            bytes: MAX_DOCUMENT_BYTES,
        };
        let mut listed = Listed {
            changed_count: found.changed.len(),
            unchanged_count: found.unchanged.len(),
            ..Listed::default()
        };
        for difference in found.changed.iter().take(MAX_ATTRIBUTES) {
            let (path, name, bytes) = self.named(&difference.path);
            if !room.take(bytes) {
                break;
            }
            listed.changed.push(AttributePair {
                path,
                name,
                forces_replacement: difference.forces_replacement,
                before: room.show(difference.before, &self.masker),
                after: room.show(difference.after, &self.masker),
            });
        }
        for (path, side) in found.unchanged.iter().take(MAX_ATTRIBUTES) {
            let (path, name, bytes) = self.named(path);
            if !room.take(bytes) {
                break;
            }
            let value = room.show(*side, &self.masker);
            if matches!(value, Shown::Omitted { .. }) {
                break;
            }
            listed.unchanged.push(Attribute { path, name, value });
        }
        listed.is_cut = listed.changed.len() < listed.changed_count || listed.unchanged.len() < listed.unchanged_count;
        Ok(listed)
    }

    /// A path that shows nothing, its text, and what both take.
    fn named(&self, path: &[PathStep]) -> (Vec<PathStep>, String, usize) {
        let step = |step: &PathStep| match step {
            PathStep::Key(key) => PathStep::Key(self.masked(key).into_owned()),
            PathStep::Index(index) => PathStep::Index(*index),
        };
        let path: Vec<PathStep> = path.iter().map(step).collect();
        let name = path_text(&path);
        let bytes = OVERHEAD_BYTES + 2 * name.len();
        (path, name, bytes)
    }
}
