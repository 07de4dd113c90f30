//! What a resource has for those that stand on it: what of it is another than before, and whom that concerns. Pure.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Timestamp;
use slipway_api::ids::SourceCodeVersionId;
use slipway_api::resources::ResourceSetting;

use crate::resources::Resource;
use crate::resources::model::StaleReason;
use crate::resources::resolving::TAGS;

/// What is another than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct News {
    /// Names of outputs.
    pub(super) outputs: BTreeSet<String>,
    /// Names of settings that others have, too.
    pub(super) settings: BTreeSet<String>,
    /// Names of tags that others have, too.
    pub(super) tags: BTreeSet<String>,
}

impl News {
    /// What a change of a resource brought.
    pub(super) fn between(before: &Resource, after: &Resource) -> Self {
        let digests = |resource: &Resource| -> BTreeMap<String, String> {
            let outputs = resource.outputs.0.iter();
            outputs
                .map(|(name, output)| (name.clone(), output.digest.clone()))
                .collect()
        };
        let (was, is) = (&before.specification.0, &after.specification.0);
        Self {
            outputs: differing(&digests(before), &digests(after)),
            settings: differing(&inherited(&was.settings), &inherited(&is.settings)),
            tags: differing(&inherited(&was.tags), &inherited(&is.tags)),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn inherited(settings: &[ResourceSetting]) -> BTreeMap<String, String> {
    let inherited = settings.iter().filter(|setting| setting.is_inherited);
    inherited
        .map(|setting| (setting.name.clone(), setting.value.clone()))
        .collect()
}

fn differing(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeSet<String> {
    let names = before.keys().chain(after.keys());
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect()
}

/// Which variables of which versions are outputs of a template: version, variable, output.
pub(super) type References = BTreeSet<(SourceCodeVersionId, String, String)>;

/// Why something that stands on `of` is not up to date any more; nothing when the news do not concern it. `variables` are
/// those that its code has.
pub(super) fn concerning(
    (news, of, now): (&News, &Resource, Timestamp),
    above: &Resource,
    (references, variables): (&References, &BTreeSet<String>),
) -> Vec<StaleReason> {
    let own = &above.specification.0;
    let says_itself = |variable: &str| own.values.contains_key(variable) || own.references.contains_key(variable);
    let names_it = |output: &String| {
        own.references
            .iter()
            .any(|(variable, named)| named.resource == of.id && named.output == *output && variables.contains(variable))
    };
    let refers = |output: &&String| {
        let by_version = references.iter().any(|(version, variable, referred)| {
            Some(*version) == own.source_code_version && referred == *output && !says_itself(variable)
        });
        by_version || names_it(output)
    };
    let has_setting = |name: &&String| {
        let sets_itself = own.settings.iter().any(|setting| setting.name == **name);
        variables.contains(name.as_str()) && !says_itself(name) && !sets_itself
    };
    let has_tags = variables.contains(TAGS) && !own.references.contains_key(TAGS);
    let has_tag = |name: &&String| has_tags && !own.tags.iter().any(|tag| tag.name == **name);
    let reason = |what: &str, name: &String| StaleReason {
        parent: of.id,
        what: what.to_owned(),
        name: name.clone(),
        revision: of.revision,
        since: now,
    };
    let outputs = news.outputs.iter().filter(refers).map(|name| reason("output", name));
    let settings = news
        .settings
        .iter()
        .filter(has_setting)
        .map(|name| reason("setting", name));
    let tags = news.tags.iter().filter(has_tag).map(|name| reason("tag", name));
    outputs.chain(settings).chain(tags).collect()
}

/// The reasons with newer ones in the place of older ones about the same.
pub(super) fn merged(so_far: &[StaleReason], newer: Vec<StaleReason>) -> Vec<StaleReason> {
    let is_same = |one: &StaleReason, other: &StaleReason| {
        (one.parent, &one.what, &one.name) == (other.parent, &other.what, &other.name)
    };
    let older = so_far
        .iter()
        .filter(|one| !newer.iter().any(|other| is_same(one, other)));
    older.cloned().chain(newer.iter().cloned()).collect()
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;
