//! Outputs of certain resources that variables are given.

use slipway_api::ids::ResourceId;
use slipway_api::resources::{ResourceReference, ResourceState};

use super::values::token;
use super::{Facts, Rights};
use crate::resources::values::Ancestor;
use crate::source_code_versions::settings::unknown_variable;
use crate::templates::specification::Problems;

/// References of a resource at most.
const REFERENCES: usize = 1_000;

pub(super) fn check(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    let references = &facts.context.specification.references;
    if references.len() > REFERENCES {
        problems.add("references", format!("at most {REFERENCES} entries"));
        return;
    }
    for (name, reference) in references {
        if let Some(problem) = of_variable(facts, name) {
            problems.add(&format!("references/{}", token(name)), problem);
        } else if let Err((field, problem)) = of_output(facts, rights, (name, reference)) {
            problems.add(&format!("references/{}/{field}", token(name)), problem);
        }
    }
}

/// Why a variable cannot be given an output.
fn of_variable(facts: &Facts, name: &str) -> Option<String> {
    let context = &facts.context;
    if context.secret(name).is_some() {
        return Some("it is a secret of the template, and comes from nowhere else".to_owned());
    }
    let Some(module) = context.interface() else {
        // Elsewhere it is said that the version is missing.
        return context
            .template
            .is_abstract
            .then(|| "an abstract template has no code that takes values".to_owned());
    };
    if module.variable(name).is_none() {
        return Some(unknown_variable(name, module));
    }
    if facts.given(name).is_some() {
        return Some(match context.is_secret(name) {
            true => "a value is there, too: give null to take the secret back, or leave the reference out".to_owned(),
            false => "a value is given, too: leave one of them out".to_owned(),
        });
    }
    let value = facts.values.iter().find(|value| value.name == name);
    let is_asked = value.is_none_or(|value| value.is_asked);
    (!is_asked).then(|| "it is not asked for, as the values of other variables are; leave it out".to_owned())
}

/// What is wrong with the resource or the output, and in which field.
fn of_output(
    facts: &Facts,
    rights: &Rights,
    (name, reference): (&str, &ResourceReference),
) -> Result<(), (&'static str, String)> {
    let before = facts.before.as_ref();
    let is_kept = before.is_some_and(|before| before.specification.references.get(name) == Some(reference));
    let found = below(facts, reference.resource).filter(|_| is_kept || rights.below.contains(&reference.resource));
    let Some(found) = found else {
        let id = reference.resource;
        return Err((
            "resource",
            format!("this does not stand on \"{id}\", or you may not see it"),
        ));
    };
    let resource = &found.resource;
    let is_settled = resource.state == ResourceState::Provisioned && resource.change_id.is_none();
    if is_settled && !is_kept && !resource.outputs.0.contains_key(&reference.output) {
        let names: Vec<&str> = resource.outputs.0.keys().map(String::as_str).collect();
        let there = match names.is_empty() {
            true => "it has none".to_owned(),
            false => format!("it has: {}", names.join(", ")),
        };
        let detail = format!("\"{}\" has no output \"{}\"; {there}", resource.name, reference.output);
        return Err(("output", detail));
    }
    Ok(())
}

fn below(facts: &Facts, id: ResourceId) -> Option<&Ancestor> {
    facts.context.ancestors.iter().find(|one| one.resource.id == id)
}
