//! The index: all changes in columns, with tables for what repeats, so that a hundred thousand are a few megabytes.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use serde::Serialize;

use super::order::module;
use super::reasons::Reason;
use super::{Changes, InstanceKey, Row};
use crate::plan::action::Action;
use crate::plan::diff::{PathStep, path_text};
use crate::plan::model::{Change, value};

/// Of a replacement that many attributes force, this many are named.
const MAX_REPLACE_PATHS: usize = 20;
/// The index's format; a later one is another number.
const FORMAT: u32 = 1;

/// All changes of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeIndex {
    /// Version of this shape.
    pub format: u32,
    /// Version of the engine that planned.
    pub engine_version: String,
    /// Planning ended with an error: this is not all that would happen.
    pub is_errored: bool,
    /// How many changes have a number: rows and outputs.
    pub total: usize,
    /// Counts of the planned changes.
    pub counts: ChangeTotals,
    /// Table of actions, riskiest first.
    pub actions: Vec<Action>,
    /// Table of module addresses; empty for the root.
    pub modules: Vec<String>,
    /// Table of resource types.
    pub types: Vec<ResourceType>,
    /// Table of resource names.
    pub names: Vec<String>,
    /// Table of reasons; the first is none.
    pub reasons: Vec<Reason>,
    /// Table of attributes that force a replacement; the first is none.
    pub replace_paths: Vec<Vec<String>>,
    /// Rows that follow each other and are of one module.
    pub groups: Vec<Group>,
    /// The rows.
    pub changes: Columns,
    /// What few rows have, by number.
    pub notes: BTreeMap<usize, Note>,
    /// Outputs that change.
    pub outputs: Vec<OutputRow>,
}

/// How many changes of which kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the kinds of actions, by name; the three replacements together"
)]
pub struct ChangeTotals {
    pub delete: usize,
    pub replace: usize,
    pub forget: usize,
    pub update: usize,
    pub create: usize,
    pub import: usize,
    #[serde(rename = "move")]
    pub moved: usize,
    pub read: usize,
    pub no_op: usize,
    pub unknown: usize,
    /// Rows that are drift; not in the counts above.
    pub drift: usize,
    /// Outputs that change.
    pub outputs: usize,
}

/// A resource type of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ResourceType {
    /// The type.
    pub name: String,
    /// `managed` or `data`.
    pub mode: String,
    /// Full address of the provider.
    pub provider: String,
}

/// Rows of one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Group {
    /// Place in `modules`.
    pub module: usize,
    /// Found to have changed outside, and not planned.
    pub is_drift: bool,
    /// The first row's number.
    pub start: usize,
    /// How many rows.
    pub count: usize,
    /// Counts that are not zero, by the names of the whole's counts.
    pub counts: BTreeMap<&'static str, usize>,
}

/// The rows, each a place in every column.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Columns {
    /// Place in `actions`.
    pub action: Vec<usize>,
    /// Place in `types`.
    #[serde(rename = "type")]
    pub resource_type: Vec<usize>,
    /// Place in `names`.
    pub name: Vec<usize>,
    /// Instance key.
    pub key: Vec<InstanceKey>,
    /// Place in `reasons`.
    pub reason: Vec<usize>,
    /// Place in `replace-paths`.
    pub replace_paths: Vec<usize>,
}

/// What few rows have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// Address before it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// The id that is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importing_id: Option<String>,
    /// Key of the deposed object that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
}

/// An output that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OutputRow {
    /// Its number.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What happens to it.
    pub action: Action,
    /// Whether its value is not shown.
    pub is_sensitive: bool,
}

/// Things that repeat, each once.
struct TableOf<T> {
    rows: Vec<T>,
    places: HashMap<T, usize>,
}

impl<T: Clone + Eq + Hash> TableOf<T> {
    fn starting_with(first: Option<T>) -> Self {
        let mut table = Self {
            rows: Vec::new(),
            places: HashMap::new(),
        };
        first.map(|first| table.place(first));
        table
    }

    fn place(&mut self, of: T) -> usize {
        if let Some(place) = self.places.get(&of) {
            return *place;
        }
        let place = self.rows.len();
        self.rows.push(of.clone());
        self.places.insert(of, place);
        place
    }
}

impl Changes<'_> {
    /// The index of all changes.
    #[must_use]
    pub fn index(&self) -> ChangeIndex {
        let mut types = TableOf::starting_with(None);
        let mut names = TableOf::starting_with(None);
        let mut reasons = TableOf::starting_with(Some(Reason::of("")));
        let mut replace_paths = TableOf::starting_with(Some(Vec::new()));
        let mut changes = Columns::default();
        let mut notes = BTreeMap::new();
        for (number, row) in self.rows.iter().enumerate() {
            let resource = row.resource;
            changes.action.push(row.action.risk());
            changes.resource_type.push(types.place(resource_type(row)));
            changes.name.push(names.place(self.masked(&resource.name).into_owned()));
            changes.key.push(row.key.clone());
            let reason = Reason::of(resource.action_reason.as_deref().unwrap_or_default());
            changes.reason.push(reasons.place(reason));
            let paths = self.replace_paths(&resource.change);
            changes.replace_paths.push(replace_paths.place(paths));
            if let Some(note) = self.note(row) {
                notes.insert(number, note);
            }
        }
        let (modules, groups) = self.groups();
        ChangeIndex {
            format: FORMAT,
            engine_version: self.plan.terraform_version.clone().into_owned(),
            is_errored: self.plan.errored,
            total: self.count(),
            counts: self.totals(),
            actions: Action::BY_RISK.to_vec(),
            modules,
            types: types.rows,
            names: names.rows,
            reasons: reasons.rows,
            replace_paths: replace_paths.rows,
            groups,
            changes,
            notes,
            outputs: self.output_rows(),
        }
    }

    pub(super) fn note(&self, row: &Row<'_>) -> Option<Note> {
        let text = |text: &str| self.masked(text).into_owned();
        let importing = row.resource.change.importing.as_ref();
        let note = Note {
            previous_address: row.resource.previous_address.as_deref().map(text),
            importing_id: importing.map(|from| match (&from.id, from.identity) {
                (Some(id), _) => text(id),
                (None, Some(identity)) => text(identity.get()),
                (None, None) => String::new(),
            }),
            deposed: row.resource.deposed.as_deref().map(text),
        };
        (note != Note::default()).then_some(note)
    }

    pub(super) fn replace_paths(&self, change: &Change<'_>) -> Vec<String> {
        if change.replace_paths.is_none() {
            return Vec::new();
        }
        let paths = value(change.replace_paths).unwrap_or_default();
        let paths: Vec<Vec<PathStep>> = serde_json::from_value(paths).unwrap_or_default();
        paths
            .iter()
            .take(MAX_REPLACE_PATHS)
            .map(|path| self.masked(&path_text(path)).into_owned())
            .collect()
    }

    fn groups(&self) -> (Vec<String>, Vec<Group>) {
        let mut modules = TableOf::starting_with(None);
        let mut groups: Vec<Group> = Vec::new();
        let mut last = None;
        for (number, row) in self.rows.iter().enumerate() {
            let of = (module(row.resource), number >= self.planned);
            if last != Some(of) {
                groups.push(Group {
                    module: modules.place(self.masked(of.0).into_owned()),
                    is_drift: of.1,
                    start: number,
                    count: 0,
                    counts: BTreeMap::new(),
                });
                last = Some(of);
            }
            if let Some(group) = groups.last_mut() {
                group.count += 1;
                *group.counts.entry(word(row.action)).or_default() += 1;
            }
        }
        (modules.rows, groups)
    }

    fn totals(&self) -> ChangeTotals {
        let planned = self.rows.get(..self.planned).unwrap_or_default();
        let count = |word_of: &str| planned.iter().filter(|row| word(row.action) == word_of).count();
        ChangeTotals {
            delete: count("delete"),
            replace: count("replace"),
            forget: count("forget"),
            update: count("update"),
            create: count("create"),
            import: count("import"),
            moved: count("move"),
            read: count("read"),
            no_op: count("no-op"),
            unknown: count("unknown"),
            drift: self.rows.len() - self.planned,
            outputs: self.outputs.len(),
        }
    }

    fn output_rows(&self) -> Vec<OutputRow> {
        let row = |(place, (name, change)): (usize, &(&str, &Change<'_>))| OutputRow {
            number: self.rows.len() + place,
            name: self.masked(name).into_owned(),
            action: change.action(),
            is_sensitive: [change.before_sensitive, change.after_sensitive]
                .into_iter()
                .flatten()
                .any(|marks| marks.get() == "true"),
        };
        self.outputs.iter().enumerate().map(row).collect()
    }
}

pub(super) fn resource_type(row: &Row<'_>) -> ResourceType {
    ResourceType {
        name: row.resource.resource_type.clone().into_owned(),
        mode: row.resource.mode.clone().into_owned(),
        provider: row.resource.provider_name.clone().into_owned(),
    }
}

/// The name under which an action is counted.
fn word(action: Action) -> &'static str {
    match action {
        Action::Delete => "delete",
        Action::DeleteThenCreate | Action::CreateThenDelete | Action::ForgetThenCreate => "replace",
        Action::Forget => "forget",
        Action::Update => "update",
        Action::Create => "create",
        Action::Import => "import",
        Action::Move => "move",
        Action::Read => "read",
        Action::NoOp => "no-op",
        Action::Unknown => "unknown",
    }
}
