//! What a resource has for those that stand on it: what of it is another than before, and whom that concerns. Pure.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Timestamp;
use slipway_api::ids::SourceCodeVersionId;
use slipway_api::resources::ResourceSetting;

use crate::project_rules::model::Inherited;
use crate::resources::Resource;
use crate::resources::model::StaleReason;
use crate::resources::resolving::TAGS;
use crate::resources::values::Ancestor;

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
    let has_setting = |name: &&String| takes_setting(above, variables, name);
    let has_tag = |name: &&String| takes_tag(above, variables, name);
    let reason = |what: &str, name: &String| StaleReason {
        parent: Some(of.id),
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

/// Whether a setting of something below counts for a resource whose code has these variables, as far as it says itself.
fn takes_setting(above: &Resource, variables: &BTreeSet<String>, name: &str) -> bool {
    let own = &above.specification.0;
    let says_itself = own.values.contains_key(name) || own.references.contains_key(name);
    let sets_itself = own.settings.iter().any(|setting| setting.name == name);
    variables.contains(name) && !says_itself && !sets_itself
}

/// The same of a tag.
fn takes_tag(above: &Resource, variables: &BTreeSet<String>, name: &str) -> bool {
    let own = &above.specification.0;
    let has_tags = variables.contains(TAGS) && !own.references.contains_key(TAGS);
    has_tags && !own.tags.iter().any(|tag| tag.name == name)
}

/// What of a project is another than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProjectNews {
    settings: BTreeSet<String>,
    tags: BTreeSet<String>,
    version: i64,
}

impl ProjectNews {
    /// What a change of its rules brought, of which this is the version.
    pub(crate) fn between(before: &Inherited, after: &Inherited, version: i64) -> Self {
        Self {
            settings: differing(&inherited(&before.settings), &inherited(&after.settings)),
            tags: differing(&inherited(&before.tags), &inherited(&after.tags)),
            version,
        }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.settings.is_empty() && self.tags.is_empty()
    }

    /// Why a resource of the project is not up to date any more; nothing where it or what it stands on says something else.
    pub(crate) fn concerning(
        &self,
        resource: &Resource,
        (ancestors, variables): (&[Ancestor], &BTreeSet<String>),
        now: Timestamp,
    ) -> Vec<StaleReason> {
        let is_nearer = |of: fn(&Resource) -> &[ResourceSetting], name: &str| {
            let all = ancestors.iter().flat_map(|one| of(&one.resource));
            all.filter(|one| one.is_inherited).any(|one| one.name == name)
        };
        let reason = |what: &str, name: &String| StaleReason {
            parent: None,
            what: what.to_owned(),
            name: name.clone(),
            revision: self.version,
            since: now,
        };
        let settings = self.settings.iter().filter(|name| {
            takes_setting(resource, variables, name) && !is_nearer(|one| &one.specification.0.settings, name)
        });
        let tags = self
            .tags
            .iter()
            .filter(|name| takes_tag(resource, variables, name) && !is_nearer(|one| &one.specification.0.tags, name));
        let settings = settings.map(|name| reason("setting", name));
        settings.chain(tags.map(|name| reason("tag", name))).collect()
    }
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
