//! Names, descriptions, labels, tags and settings.

use std::collections::BTreeSet;

use slipway_api::resources::ResourceSetting;

use super::Facts;
use crate::resources::naming;
use crate::templates::specification::Problems;
use crate::templates::specification::{check_description, check_labels, is_identifier};

/// Tags, and settings, at most.
const ENTRIES: usize = 50;
/// Longest value of a tag or a setting, in characters.
const VALUE_LENGTH: usize = 2_000;
/// Longest name of a tag, in characters.
const TAG_LENGTH: usize = 128;
/// Longest reason, in characters.
pub(crate) const REASON_LENGTH: usize = 2_000;

pub(super) fn check(facts: &Facts, problems: &mut Problems<'_>) {
    let specification = &facts.context.specification;
    check_name(facts, problems);
    check_description(problems, &specification.description);
    check_labels(problems, &specification.labels);
    check_tags("tags", &specification.tags, problems);
    check_settings("settings", &specification.settings, problems);
}

/// Tags that stand in this field.
pub(crate) fn check_tags(field: &str, tags: &[ResourceSetting], problems: &mut Problems<'_>) {
    check_entries(field, tags, is_tag, problems);
}

/// Settings that stand in this field.
pub(crate) fn check_settings(field: &str, settings: &[ResourceSetting], problems: &mut Problems<'_>) {
    check_entries(field, settings, is_identifier, problems);
}

fn is_tag(name: &str) -> bool {
    (1..=TAG_LENGTH).contains(&name.chars().count()) && !name.chars().any(char::is_control) && name.trim() == name
}

fn check_name(facts: &Facts, problems: &mut Problems<'_>) {
    let name = &facts.context.specification.name;
    // A name was right when it was given.
    if facts
        .before
        .as_ref()
        .is_some_and(|before| before.specification.name == *name)
    {
        return;
    }
    let rendered = naming::rendered(&facts.context, &facts.values);
    match (&facts.given_name, rendered) {
        (None, None) => problems.add(
            "name",
            "a name is needed; the template does not say how its resources are called",
        ),
        (_, Some(Err(reason))) => problems.add("name", reason),
        (Some(given), Some(Ok(right))) if *given != right => {
            problems.add(
                "name",
                format!("by the rule of the template it is called \"{right}\"; leave the name out"),
            );
        }
        _ if facts.is_name_taken => {
            let detail = "is taken by another resource of this template in the project; choose another";
            problems.add("name", format!("the name \"{name}\" {detail}"));
        }
        _ => {}
    }
}

fn check_entries(field: &str, entries: &[ResourceSetting], is_right: fn(&str) -> bool, problems: &mut Problems<'_>) {
    if entries.len() > ENTRIES {
        problems.add(field, format!("at most {ENTRIES} entries"));
        return;
    }
    let mut seen = BTreeSet::new();
    for (number, entry) in entries.iter().enumerate() {
        if !is_right(&entry.name) {
            problems.add(&format!("{field}/{number}/name"), "it is called as a variable is");
        } else if !seen.insert(&entry.name) {
            problems.add(
                &format!("{field}/{number}/name"),
                format!("\"{}\" is there twice", entry.name),
            );
        }
        if entry.value.chars().count() > VALUE_LENGTH {
            problems.add(
                &format!("{field}/{number}/value"),
                format!("at most {VALUE_LENGTH} characters"),
            );
        }
    }
}
