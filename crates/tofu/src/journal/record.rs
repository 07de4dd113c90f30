//! The journal's lines: made from events, written, read back.

use serde::{Deserialize, Serialize};

use crate::events::{Event, Hook};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalRecord {
    /// What happened.
    pub step: Step,
    /// `create`, `update`, `delete`, …
    pub action: String,
    /// Absolute address of the object.
    pub address: String,
    /// Name of the attribute that identifies the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_key: Option<String>,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A replacement is planned, so an object at this address may be the old one.
    Planned,
    /// The provider was asked.
    Started,
    /// The provider said that it is done.
    Completed,
    /// The provider said that it failed; it may have done part of it.
    Errored,
}

/// What was read back from a journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// In order.
    pub records: Vec<JournalRecord>,
    /// Lines that could not be read; one at the end is what a kill leaves.
    pub unreadable_lines: usize,
}

impl JournalRecord {
    /// The line for an event; events that change nothing outside have none.
    #[must_use]
    pub fn from_event(event: &Event) -> Option<Self> {
        if let Event::PlannedChange(change) = event {
            let (address, action) = (change.resource.addr.clone(), change.action.clone());
            let record = Self {
                step: Step::Planned,
                action,
                address,
                id_key: None,
                id: None,
            };
            return (record.action == "replace").then_some(record);
        }
        let (step, hook) = match event {
            Event::ApplyStart(hook) => (Step::Started, hook),
            Event::ApplyComplete(hook) => (Step::Completed, hook),
            Event::ApplyErrored(hook) => (Step::Errored, hook),
            _ => return None,
        };
        let changes_outside = !matches!(
            hook.action.as_str(),
            "read" | "noop" | "remove" | "open" | "renew" | "close"
        );
        changes_outside.then(|| Self::new(step, hook))
    }

    fn new(step: Step, hook: &Hook) -> Self {
        Self {
            step,
            action: hook.action.clone(),
            address: hook.resource.addr.clone(),
            id_key: hook.id_key.clone().filter(|key| !key.is_empty()),
            id: hook.id_value.clone().filter(|id| !id.is_empty()),
        }
    }

    /// The record as one line, newline included.
    #[must_use]
    pub fn to_line(&self) -> String {
        // Strings and unit variants only: this cannot fail.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

impl Journal {
    /// Reads what [`JournalRecord::to_line`] wrote; lines that are damaged are counted and left out.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut journal = Self::default();
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
        {
            match serde_json::from_slice(line) {
                Ok(record) => journal.records.push(record),
                Err(_) => journal.unreadable_lines += 1,
            }
        }
        journal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_torn_journal_loses_its_last_line_only(count in 1..8_usize, cut in 0..60_usize) {
            let line = JournalRecord { step: Step::Started, action: "create".into(), address: "t.x".into(), id_key: None, id: None }.to_line();
            let whole = line.repeat(count);
            let cut = cut.min(line.len() - 1);
            let journal = Journal::parse(&whole.as_bytes()[..whole.len() - cut]);
            // Losing the newline alone loses nothing.
            let expected = if cut <= 1 { count } else { count - 1 };
            prop_assert_eq!(journal.records.len(), expected);
        }
    }
}
