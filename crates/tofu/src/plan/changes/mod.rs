//! A plan for people who look at it: an *index* of all changes, riskiest first, and *details* of each.
//!
//! What must stay true: the same plan gives the same bytes; every change of the index has exactly one details document,
//! by its number; no value that the plan marks as sensitive, and no secret of the run, is in either, also where the plan
//! has it unmarked; making both needs
//! little more than the plan's JSON itself, because details are made one at a time.
//!
//! Read `order.rs`, `index.rs`, `details.rs`, `shown.rs`.

mod details;
mod index;
mod order;
mod packs;
mod reasons;
mod secrets;
mod shown;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

pub use details::{Attribute, AttributePair, Details};
pub use index::{ChangeIndex, ChangeTotals, Columns, Group, Note, OutputRow, ResourceType};
pub use packs::Pack;
pub use reasons::Reason;
pub use shown::Shown;

use super::action::Action;
use super::model::{Change, Plan, ResourceChange};
use crate::masking::{MaskError, Masker};

/// The changes of a plan in the order in which they are shown. A change's number is its place.
pub struct Changes<'p> {
    plan: &'p Plan<'p>,
    /// Hides what the plan may show without marking it.
    masker: Masker,
    /// Planned changes, then drift.
    rows: Vec<Row<'p>>,
    /// How many of the rows are planned.
    planned: usize,
    /// Outputs that change; their numbers follow those of the rows.
    outputs: Vec<(&'p str, &'p Change<'p>)>,
}

/// A change in its place.
struct Row<'p> {
    resource: &'p ResourceChange<'p>,
    action: Action,
    key: InstanceKey,
}

/// The key of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum InstanceKey {
    /// The only instance.
    None,
    /// By `count`.
    Index(u64),
    /// By `for_each`.
    Key(String),
}

impl<'p> Changes<'p> {
    /// Puts the changes of a plan in order. `secrets` are values of the run; they are hidden wherever they are, and so are
    /// texts that the plan marks somewhere.
    ///
    /// # Errors
    /// [`MaskError`]: there are too many secrets to hide.
    pub fn new(plan: &'p Plan<'p>, secrets: &[String]) -> Result<Self, MaskError> {
        let marked = secrets::of_plan(plan);
        let masker = Masker::new(secrets.iter().chain(&marked).map(String::as_str))?;
        let mut rows = order::sorted(&plan.resource_changes, &masker);
        let planned = rows.len();
        rows.extend(order::sorted(&plan.resource_drift, &masker));
        let outputs = plan
            .output_changes
            .iter()
            .filter(|(_, change)| change.action() != Action::NoOp)
            .map(|(name, change)| (name.as_ref(), change))
            .collect();
        Ok(Self {
            plan,
            masker,
            rows,
            planned,
            outputs,
        })
    }

    /// How many changes have a number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len() + self.outputs.len()
    }

    fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        masked(&self.masker, text)
    }
}

fn masked<'t>(masker: &Masker, text: &'t str) -> Cow<'t, str> {
    match masker.finds(text) {
        true => Cow::Owned(masker.mask_text(text)),
        false => Cow::Borrowed(text),
    }
}

fn instance_key(raw: Option<&RawValue>, masker: &Masker) -> InstanceKey {
    let Some(raw) = raw else { return InstanceKey::None };
    if let Ok(index) = serde_json::from_str(raw.get()) {
        return InstanceKey::Index(index);
    }
    match serde_json::from_str::<Option<String>>(raw.get()) {
        Ok(Some(key)) => InstanceKey::Key(masked(masker, &key).into_owned()),
        Ok(None) => InstanceKey::None,
        Err(_) => InstanceKey::Key(masked(masker, raw.get()).into_owned()),
    }
}
