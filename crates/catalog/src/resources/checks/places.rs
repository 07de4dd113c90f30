//! What a resource stands on, what it signs in with, and the settings that have to come from there.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::ids::TemplateId;
use slipway_api::resources::ResourceState;
use slipway_api::templates::TemplateKey;

use super::{Facts, Rights};
use crate::resources::resolving::inherited;
use crate::templates::hierarchy::{Misfit, Need, misfits};
use crate::templates::specification::Problems;

/// Parents of a resource at most.
const PARENTS: usize = 1_000;

pub(super) fn check_parents(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    let wanted = &facts.context.specification.parents;
    if wanted.len() > PARENTS {
        problems.add("parents", format!("at most {PARENTS} entries"));
        return;
    }
    let mut seen = BTreeSet::new();
    let mut counts: BTreeMap<TemplateId, u32> = BTreeMap::new();
    for (number, id) in wanted.iter().enumerate() {
        let place = format!("parents/{number}");
        let is_kept = facts
            .before
            .as_ref()
            .is_some_and(|before| before.specification.parents.contains(id));
        let parent = facts.parents.get(id).filter(|_| is_kept || rights.parents.contains(id));
        let Some(parent) = parent else {
            problems.add(&place, format!("there is no resource \"{id}\", or you may not see it"));
            continue;
        };
        if !seen.insert(id) {
            problems.add(&place, format!("\"{}\" is there twice", parent.name));
        }
        if parent.state == ResourceState::Destroyed {
            problems.add(&place, format!("\"{}\" was destroyed", parent.name));
        } else if parent.is_going {
            problems.add(&place, format!("\"{}\" is being destroyed", parent.name));
        } else if parent.is_demo && !facts.context.is_demo {
            let name = &parent.name;
            let detail = format!(
                "\"{name}\" is a demo, of which nothing was made: only what is in a project that is a demo, too, can stand on it"
            );
            problems.add(&place, detail);
        }
        *counts.entry(parent.template).or_default() += 1;
    }
    if facts.is_circle {
        problems.add(
            "parents",
            "one of them stands on this resource, and would stand on itself",
        );
    }
    let needs: Vec<Need> = facts.needs.iter().map(|(_, need)| need.clone()).collect();
    for misfit in misfits(&needs, &counts) {
        problems.add(
            "parents",
            in_words(&facts.context.template.key, &misfit, |id| key_of(facts, id)),
        );
    }
}

fn key_of(facts: &Facts, id: &TemplateId) -> String {
    let known = facts.needs.iter().find(|(_, need)| need.parent == *id);
    let given = || facts.parents.values().find(|parent| parent.template == *id);
    let found = known
        .map(|(key, _)| key)
        .or_else(|| given().map(|parent| &parent.template_key));
    found.map_or_else(|| id.to_string(), ToString::to_string)
}

/// Why something of the template `own` does not fit what it shall stand on; `key` says what a template is called.
pub(crate) fn in_words(own: &TemplateKey, misfit: &Misfit, key: impl Fn(&TemplateId) -> String) -> String {
    match misfit {
        Misfit::TooFew { parent, minimum, given } => {
            format!(
                "\"{own}\" stands on at least {minimum} of \"{}\", and {given} are given",
                key(parent)
            )
        }
        Misfit::TooMany { parent, maximum, given } => {
            format!(
                "\"{own}\" stands on at most {maximum} of \"{}\", and {given} are given",
                key(parent)
            )
        }
        Misfit::NoneOf { parents, .. } => {
            let keys: Vec<String> = parents.iter().map(&key).collect();
            format!(
                "\"{own}\" stands on one of \"{}\"; none of them is given",
                keys.join("\", \"")
            )
        }
        Misfit::NotNeeded { parent } => format!("\"{own}\" does not stand on \"{}\"", key(parent)),
    }
}

pub(super) fn check_integrations(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    let details = &facts.context.template.details;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, id) in facts.context.specification.integrations.iter().enumerate() {
        let place = format!("integrations/{number}");
        let Some(known) = rights.integrations.get(id) else {
            problems.add(
                &place,
                format!("there is no integration \"{id}\", or you may not see it"),
            );
            continue;
        };
        let is_kept = facts
            .before
            .as_ref()
            .is_some_and(|before| before.specification.integrations.contains(id));
        if let Some(problem) = known.problem.as_ref().filter(|_| !is_kept) {
            problems.add(&place, problem);
        }
        let kind = known.kind.as_str();
        if !details.allowed_integrations.iter().any(|allowed| allowed.kind == kind) {
            problems.add(
                &place,
                format!("resources of the template take no integration of the kind \"{kind}\""),
            );
        } else if kinds.insert(kind, number).is_some() {
            problems.add(
                &place,
                format!("another of the kind \"{kind}\" is given; one of each kind is taken"),
            );
        }
        if details.one_per_integration.iter().any(|one| one == kind) && facts.taken_integrations.contains(id) {
            problems.add(
                &place,
                "by the rule of the template it carries one resource, and carries another already",
            );
        }
    }
    for allowed in details.allowed_integrations.iter().filter(|allowed| allowed.required) {
        if !kinds.contains_key(allowed.kind.as_str()) {
            problems.add(
                "integrations",
                format!("one of the kind \"{}\" is needed", allowed.kind),
            );
        }
    }
}

pub(super) fn check_settings(facts: &Facts, problems: &mut Problems<'_>) {
    for name in &facts.context.template.details.required_settings {
        if inherited(&facts.context, name).is_none() {
            let detail = format!(
                "the setting \"{name}\" is needed: give it, or let it be inherited from what this stands on or from the project"
            );
            problems.add("settings", detail);
        }
    }
}
