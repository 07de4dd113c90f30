//! What a journal and the last state leave open: objects that may exist outside of the state, or may be gone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::record::{Journal, JournalRecord, Step};
use crate::state::StateSummary;

/// An object whose real existence the last state does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MayExist {
    /// Absolute address.
    pub address: String,
    /// Id, where the engine said it.
    pub id: Option<String>,
    /// The action that was interrupted or not saved.
    pub action: String,
    /// In words: what is known and what to do.
    pub note: String,
    /// Ready to be pasted into the configuration, where the id is known.
    pub import_block: Option<String>,
}

/// Compares a journal with the last state that arrived (none if there never was one).
///
/// An encrypted state cannot be compared; pass none, and everything that was done is listed.
#[must_use]
pub fn may_exist(journal: &Journal, last_state: Option<&StateSummary>) -> Vec<MayExist> {
    let mut creates: BTreeMap<&str, JournalRecord> = BTreeMap::new();
    let mut deletes: BTreeMap<&str, JournalRecord> = BTreeMap::new();
    let mut updates: BTreeMap<&str, JournalRecord> = BTreeMap::new();
    let mut replaced: BTreeSet<&str> = BTreeSet::new();
    for record in &journal.records {
        if record.step == Step::Planned {
            replaced.insert(&record.address);
            continue;
        }
        let steps = match record.action.as_str() {
            "create" => &mut creates,
            "delete" => &mut deletes,
            _ => &mut updates,
        };
        let mut latest = record.clone();
        if let Some(earlier) = steps.remove(record.address.as_str())
            && latest.id.is_none()
        {
            // A destroy names the id when it starts and not when it ends.
            (latest.id, latest.id_key) = (earlier.id, earlier.id_key);
        }
        steps.insert(&record.address, latest);
    }
    let known = KnownIds::new(last_state);
    let mut found: Vec<MayExist> = Vec::new();
    found.extend(
        creates
            .values()
            .filter_map(|record| unsaved_create(record, replaced.contains(record.address.as_str()), &known)),
    );
    let gone = deletes.values().filter(|record| !is_made_again(record, &creates));
    found.extend(gone.filter_map(|record| unsaved_delete(record, &known)));
    found.extend(updates.values().filter_map(unsaved_update));
    found
}

/// Whether what was destroyed was made again under the same id (some providers give all objects the same one): what a state
/// has there is the new object.
fn is_made_again(deleted: &JournalRecord, creates: &BTreeMap<&str, JournalRecord>) -> bool {
    let created = creates.get(deleted.address.as_str());
    created.is_some_and(|created| created.step == Step::Completed && identity(created) == identity(deleted))
}

/// Ids in the last state by address, deposed objects included.
struct KnownIds<'a> {
    ids: BTreeMap<&'a str, Vec<Option<&'a str>>>,
    tainted: BTreeSet<&'a str>,
}

impl<'a> KnownIds<'a> {
    fn new(state: Option<&'a StateSummary>) -> Self {
        let mut ids: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
        let instances = state
            .into_iter()
            .flat_map(|state| &state.resources)
            .flat_map(|resource| &resource.instances);
        let mut tainted = BTreeSet::new();
        for instance in instances {
            if instance.tainted {
                tainted.insert(instance.address.as_str());
            }
            ids.entry(&instance.address).or_default().push(instance.id.as_deref());
        }
        Self { ids, tainted }
    }

    /// Whether the object that a record speaks of is in the state; without an id of its own any object there counts.
    fn has(&self, record: &JournalRecord) -> bool {
        let Some(ids) = self.ids.get(record.address.as_str()) else {
            return false;
        };
        match identity(record) {
            Some(id) => ids.iter().any(|known| known.is_none_or(|known| known == id)),
            None => !ids.is_empty(),
        }
    }
}

/// Only the attribute `id` is what the state's summary and an import know.
fn identity(record: &JournalRecord) -> Option<&str> {
    record
        .id
        .as_deref()
        .filter(|_| record.id_key.as_deref().is_none_or(|key| key == "id"))
}

fn unsaved_create(record: &JournalRecord, is_replacement: bool, known: &KnownIds<'_>) -> Option<MayExist> {
    // What a state has at the address of a replacement may be the old object; a new one that failed is tainted.
    let may_be_old =
        is_replacement && record.step != Step::Completed && !known.tainted.contains(record.address.as_str());
    if known.has(record) && !may_be_old {
        return None;
    }
    let id = identity(record).map(str::to_owned);
    let note = match (record.step, &id) {
        (Step::Completed, Some(id)) => {
            format!("was created with the id {id}, but no state that has it arrived; import it, or delete it by hand")
        }
        (Step::Completed, None) => {
            "was created, but no state that has it arrived; look it up, then import it or delete it".to_owned()
        }
        (Step::Started | Step::Planned, _) => {
            "its creation had started when the engine stopped; look whether it exists, then import it or delete it"
                .to_owned()
        }
        (Step::Errored, _) => {
            "its creation failed; the provider may have left a part of it, so look whether it exists".to_owned()
        }
    };
    let import_block = id.as_ref().map(|id| import_block(&record.address, id));
    Some(MayExist {
        address: record.address.clone(),
        id,
        action: record.action.clone(),
        note,
        import_block,
    })
}

fn unsaved_delete(record: &JournalRecord, known: &KnownIds<'_>) -> Option<MayExist> {
    if !known.has(record) {
        return None;
    }
    let note = match record.step {
        Step::Completed => "was destroyed, but the last state still has it; the next plan will notice",
        Step::Started | Step::Planned => {
            "its destruction had started when the engine stopped; it may be gone, the next plan will tell"
        }
        Step::Errored => "its destruction failed; it may be partly gone, the next plan will tell",
    };
    Some(listed(record, note))
}

fn unsaved_update(record: &JournalRecord) -> Option<MayExist> {
    let note = match record.step {
        Step::Completed => return None,
        Step::Started | Step::Planned => {
            "its change had started when the engine stopped; the last state may be older than the object, plan again"
        }
        Step::Errored => "its change failed; the object may be partly changed, plan again",
    };
    Some(listed(record, note))
}

fn listed(record: &JournalRecord, note: &str) -> MayExist {
    MayExist {
        address: record.address.clone(),
        id: identity(record).map(str::to_owned),
        action: record.action.clone(),
        note: note.to_owned(),
        import_block: None,
    }
}

/// An `import` block; addresses come from the engine and are HCL already.
fn import_block(address: &str, id: &str) -> String {
    format!(
        "import {{\n  to = {address}\n  id = {}\n}}\n",
        crate::variables::quoted(id)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StateFile;

    fn record(step: Step, action: &str, address: &str, id: Option<&str>) -> JournalRecord {
        let id_key = id.map(|_| "id".to_owned());
        JournalRecord {
            step,
            action: action.into(),
            address: address.into(),
            id_key,
            id: id.map(str::to_owned),
        }
    }

    fn journal(records: Vec<JournalRecord>) -> Journal {
        Journal {
            records,
            unreadable_lines: 0,
        }
    }

    fn state(objects: &[(&str, &str)]) -> StateSummary {
        let resources: Vec<_> = objects
            .iter()
            .map(|(name, id)| {
                serde_json::json!({"mode": "managed", "type": "t", "name": name, "provider": "",
                    "instances": [{"attributes": {"id": id}}]})
            })
            .collect();
        let text = serde_json::json!({"version": 4, "serial": 1, "lineage": "l", "resources": resources}).to_string();
        let StateFile::Clear(state) = StateFile::parse(text.as_bytes()).unwrap() else {
            unreachable!()
        };
        state.summary()
    }

    fn addresses(found: &[MayExist]) -> Vec<(&str, &str)> {
        found
            .iter()
            .map(|entry| (entry.address.as_str(), entry.action.as_str()))
            .collect()
    }

    #[test]
    fn what_was_replaced_under_the_same_id_is_there() {
        let replaced = |last| {
            journal(vec![
                record(Step::Planned, "replace", "t.password", None),
                record(Step::Started, "delete", "t.password", Some("none")),
                record(Step::Completed, "delete", "t.password", None),
                record(Step::Started, "create", "t.password", None),
                record(last, "create", "t.password", Some("none")),
            ])
        };
        let last_state = state(&[("password", "none")]);
        assert_eq!(may_exist(&replaced(Step::Completed), Some(&last_state)), []);
        assert_eq!(
            addresses(&may_exist(&replaced(Step::Started), Some(&last_state))),
            [("t.password", "create"), ("t.password", "delete")],
            "the state may be of before"
        );
    }

    #[test]
    fn creates_that_are_not_in_the_state_are_listed_with_an_import_block() {
        let journal = journal(vec![
            record(Step::Started, "create", "t.saved", None),
            record(Step::Completed, "create", "t.saved", Some("s-1")),
            record(Step::Started, "create", "t.lost", None),
            record(Step::Completed, "create", "t.lost", Some("l-${1}\"")),
            record(Step::Started, "create", "t.running", None),
        ]);
        let found = may_exist(&journal, Some(&state(&[("saved", "s-1")])));
        assert_eq!(addresses(&found), [("t.lost", "create"), ("t.running", "create")]);
        let block = found[0].import_block.as_deref().unwrap();
        assert_eq!(block, "import {\n  to = t.lost\n  id = \"l-$${1}\\\"\"\n}\n");
        assert_eq!(found[1].import_block, None);
        assert!(found[1].note.contains("had started"));
        assert_eq!(addresses(&may_exist(&journal, None)).len(), 3);
    }

    #[test]
    fn a_replacement_that_was_not_saved_is_not_taken_for_the_old_object() {
        let deleted = |step| record(step, "delete", "t.x", Some("old"));
        let planned = || record(Step::Planned, "replace", "t.x", None);
        let started = journal(vec![
            planned(),
            deleted(Step::Started),
            deleted(Step::Completed),
            record(Step::Started, "create", "t.x", None),
        ]);
        let found = may_exist(&started, Some(&state(&[("x", "old")])));
        assert_eq!(addresses(&found), [("t.x", "create"), ("t.x", "delete")]);
        let new_first = journal(vec![planned(), record(Step::Started, "create", "t.x", None)]);
        assert_eq!(
            addresses(&may_exist(&new_first, Some(&state(&[("x", "old")])))),
            [("t.x", "create")]
        );
        let completed = journal(vec![
            planned(),
            deleted(Step::Completed),
            record(Step::Completed, "create", "t.x", Some("new")),
        ]);
        assert_eq!(may_exist(&completed, Some(&state(&[("x", "new")]))), vec![]);
        let found = may_exist(&completed, Some(&state(&[("x", "old")])));
        assert_eq!(
            found[0].import_block.as_deref(),
            Some("import {\n  to = t.x\n  id = \"new\"\n}\n")
        );
    }

    #[test]
    fn updates_in_flight_and_unsaved_destroys_are_said_in_words() {
        let journal = journal(vec![
            record(Step::Started, "update", "t.a", Some("a")),
            record(Step::Completed, "update", "t.b", Some("b")),
            record(Step::Completed, "delete", "t.c", Some("c")),
            record(Step::Completed, "delete", "t.gone", Some("g")),
        ]);
        let found = may_exist(&journal, Some(&state(&[("a", "a"), ("b", "b"), ("c", "c")])));
        assert_eq!(addresses(&found), [("t.c", "delete"), ("t.a", "update")]);
    }

    #[test]
    fn a_real_apply_that_was_saved_leaves_nothing_open() {
        let stream = include_bytes!("../../tests/golden/apply2.jsonl");
        let lines: String = stream
            .split(|byte| *byte == b'\n')
            .filter_map(crate::events::parse_line)
            .filter_map(|event| JournalRecord::from_event(&event))
            .map(|record| record.to_line())
            .collect();
        let journal = Journal::parse(lines.as_bytes());
        let summary = |bytes: &'static [u8]| match StateFile::parse(bytes).unwrap() {
            StateFile::Clear(state) => state.summary(),
            StateFile::Encrypted(_) => unreachable!(),
        };
        assert_eq!(
            may_exist(
                &journal,
                Some(&summary(include_bytes!("../../tests/golden/state2.json")))
            ),
            vec![]
        );
        // With the state from before the apply, everything that was done is open.
        let found = may_exist(
            &journal,
            Some(&summary(include_bytes!("../../tests/golden/state1.json"))),
        );
        let expected = [
            ("terraform_data.secret", "create"),
            ("terraform_data.each[\"with \\\"quote\\\"\"]", "delete"),
            ("terraform_data.secret", "delete"),
        ];
        assert_eq!(addresses(&found), expected);
    }
}
