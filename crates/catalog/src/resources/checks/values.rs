//! Values of variables, and secrets of the template.

use slipway_api::resources::ValueOrigin;
use slipway_api::templates::SecretSource;

use super::{Facts, Rights, references};
use crate::source_code_versions::settings::unknown_variable;
use crate::templates::specification::Problems;

/// Values of a resource together at most, in bytes of JSON: what a column takes on every database, with the rest of it.
const VALUES_BYTES: usize = 256 * 1024;

pub(super) fn check(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    let specification = &facts.context.specification;
    let bytes = serde_json::to_vec(&specification.values).map_or(0, |text| text.len());
    if bytes > VALUES_BYTES {
        problems.add("values", format!("at most {VALUES_BYTES} bytes together"));
        return;
    }
    check_known(facts, problems);
    references::check(facts, rights, problems);
    for value in &facts.values {
        if let Some(problem) = &value.problem {
            problems.add(&place(&value.name), problem);
        }
    }
    check_changes(facts, rights, problems);
    check_secrets(facts, problems);
    for variable in &facts.taken_values {
        let detail = "another resource of this template has this value, and no two may; choose another";
        problems.add(&place(variable), detail);
    }
}

/// The pointer to a value.
fn place(name: &str) -> String {
    format!("values/{}", token(name))
}

/// A name as a part of a pointer (RFC 6901).
pub(super) fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn check_known(facts: &Facts, problems: &mut Problems<'_>) {
    let Some(module) = facts.context.interface() else {
        if facts.context.template.is_abstract && !facts.context.specification.values.is_empty() {
            problems.add("values", "an abstract template has no code that takes values");
        }
        return;
    };
    for name in facts.context.specification.values.keys() {
        if module.variable(name).is_none() {
            problems.add(&place(name), unknown_variable(name, module));
        }
    }
}

/// What somebody gives, or takes away, that is not his to decide.
fn check_changes(facts: &Facts, rights: &Rights, problems: &mut Problems<'_>) {
    for one in &facts.context.settings {
        let name = one.name.as_str();
        let references = &facts.context.specification.references;
        let now = (facts.given(name), references.get(name));
        let before = facts.before.as_ref();
        let then = before.map(|before| (before.given(name), before.specification.references.get(name)));
        if now == then.unwrap_or_default() {
            continue;
        }
        if one.frozen && facts.before.as_ref().is_some_and(|before| before.is_made) {
            problems.add(&place(name), "it stays as it was when the resource was made");
        } else if !one.restricted.is_empty() && !rights.has_role(&one.restricted) {
            let roles = one.restricted.join("\", \"");
            problems.add(
                &place(name),
                format!("only who has the role \"{roles}\" decides on it; leave it as it is"),
            );
        }
    }
}

/// Secrets of the template that are to be given, beside those that are variables: those are asked for with the others.
fn check_secrets(facts: &Facts, problems: &mut Problems<'_>) {
    for secret in &facts.context.template.details.secrets {
        let is_given = facts.context.secrets.0.contains_key(&secret.name);
        match &secret.source {
            SecretSource::VariableSet { variable_set, .. } if is_given => {
                let detail = format!("it is a secret of the variable set \"{variable_set}\"; leave it out");
                problems.add(&place(&secret.name), detail);
            }
            SecretSource::Given if !is_given && !is_told(facts, &secret.name) => {
                problems.add(&place(&secret.name), "the template needs this secret; give it");
            }
            _ => {}
        }
    }
}

/// Whether it was already said of the variable that it needs a value, or it has one from elsewhere.
fn is_told(facts: &Facts, name: &str) -> bool {
    let variable = facts.values.iter().find(|value| value.name == name);
    variable.is_some_and(|value| {
        let is_from_elsewhere = !matches!(value.origin, None | Some(ValueOrigin::Module | ValueOrigin::Version));
        value.problem.is_some() || is_from_elsewhere
    })
}
