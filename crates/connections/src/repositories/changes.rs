//! What changed between the refs that were announced and those that were found, and how it is told: pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use slipway_git::CommitId;

use super::model::RefUpdate;
use crate::forges::model::Person;

/// Updates that one event tells at most.
const MOST_IN_EVENT: usize = 200;
/// Longest name of a ref that is kept, in characters: a column has no more.
const LONGEST_NAME: usize = 200;

/// Whether a ref is announced: branches and tags are.
pub(super) fn is_announced(name: &str) -> bool {
    (name.starts_with("refs/heads/") || name.starts_with("refs/tags/")) && name.chars().count() <= LONGEST_NAME
}

/// What to announce so that `announced` becomes `found`, by name. Whether something was forced is not known yet.
pub(crate) fn between(announced: &BTreeMap<String, String>, found: &[(String, CommitId)]) -> Vec<RefUpdate> {
    let found: BTreeMap<&str, &str> = found
        .iter()
        .filter(|(name, _)| is_announced(name))
        .map(|(name, commit)| (name.as_str(), commit.as_str()))
        .collect();
    let names: std::collections::BTreeSet<&str> = announced
        .keys()
        .map(String::as_str)
        .chain(found.keys().copied())
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (before, after) = (announced.get(name), found.get(name));
            (before.map(String::as_str) != after.copied()).then(|| RefUpdate {
                name: name.to_owned(),
                before: before.cloned(),
                after: after.map(|after| (*after).to_owned()),
                is_forced: false,
            })
        })
        .collect()
}

/// What a fetch says that it changed, as we announce it.
pub(super) fn of_fetch(fetched: &[slipway_git::RefUpdate]) -> Vec<RefUpdate> {
    let announced = fetched.iter().filter(|update| is_announced(&update.name));
    announced
        .map(|update| RefUpdate {
            name: update.name.clone(),
            before: update.before.as_ref().map(ToString::to_string),
            after: update.after.as_ref().map(ToString::to_string),
            is_forced: update.is_forced,
        })
        .collect()
}

/// The changes of the events that announce updates: as many as are needed.
pub(super) fn told(updates: &[RefUpdate], sender: &Person, delivery: Option<String>) -> Vec<Value> {
    let event = |updates: &[RefUpdate]| json!({"updates": updates, "sender": sender, "delivery": delivery});
    updates.chunks(MOST_IN_EVENT).map(event).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn commit(number: u8) -> CommitId {
        format!("{number:040x}").parse().unwrap()
    }

    fn applied(mut refs: BTreeMap<String, String>, updates: &[RefUpdate]) -> BTreeMap<String, String> {
        for update in updates {
            assert_eq!(refs.get(&update.name), update.before.as_ref());
            match &update.after {
                Some(after) => refs.insert(update.name.clone(), after.clone()),
                None => refs.remove(&update.name),
            };
        }
        refs
    }

    proptest! {
        #[test]
        fn what_is_told_leads_from_the_one_to_the_other(
            announced in prop::collection::btree_map("refs/heads/[a-d]", 0u8..4, 0..4),
            found in prop::collection::btree_map("refs/(heads|tags|pull)/[a-d]", 0u8..4, 0..6),
        ) {
            let announced: BTreeMap<String, String> =
                announced.into_iter().map(|(name, at)| (name, commit(at).to_string())).collect();
            let found: Vec<(String, CommitId)> = found.into_iter().map(|(name, at)| (name, commit(at))).collect();
            let updates = between(&announced, &found);
            let wanted: BTreeMap<String, String> = found
                .iter()
                .filter(|(name, _)| !name.starts_with("refs/pull/"))
                .map(|(name, at)| (name.clone(), at.to_string()))
                .collect();
            prop_assert_eq!(applied(announced, &updates), wanted.clone());
            prop_assert!(between(&wanted, &found).is_empty());
        }
    }

    #[test]
    fn many_updates_are_several_events() {
        let update = RefUpdate {
            name: "refs/heads/a".to_owned(),
            before: None,
            after: Some("1".repeat(40)),
            is_forced: false,
        };
        let updates = vec![update; 401];
        let events = told(&updates, &Person::default(), None);
        let sizes: Vec<usize> = events
            .iter()
            .map(|event| event["updates"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [200, 200, 1]);
        assert_eq!(events[0]["updates"][0]["ref"], "refs/heads/a");
        assert_eq!(events[0]["updates"][0]["forced"], false);
    }

    #[test]
    fn a_name_that_no_column_holds_is_left_out() {
        let long = format!("refs/heads/{}", "a".repeat(190));
        assert!(between(&BTreeMap::new(), &[(long, commit(1))]).is_empty());
    }
}
