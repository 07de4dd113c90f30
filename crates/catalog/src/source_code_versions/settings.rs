//! What may be said about how variables are asked for: pure. Everything at fault is told at once, each with its place.

use std::collections::{BTreeMap, BTreeSet};

use regex::RegexBuilder;
use serde_json::Value;
use slipway_api::source_code_versions::{VariableRules, VersionVariable};
use slipway_api::templates::TemplateKey;
use slipway_tofu::interface::{Interface, Variable};
use slipway_tofu::types::Type;

use crate::templates::specification::Problems;

/// Variables of which something is said, at most.
const ENTRIES: usize = 1_000;
/// Options of a variable at most.
const OPTIONS: usize = 200;
/// Longest label or group, in characters.
const WORD_LENGTH: usize = 100;
/// Longest help or message, in characters.
const TEXT_LENGTH: usize = 2_000;
/// Longest pattern, in characters, and the most memory that it may take, in bytes.
const PATTERN_LENGTH: usize = 500;
const PATTERN_BYTES: usize = 1 << 20;
/// Names that a refusal lists.
const NAMED: usize = 20;

/// What there is beside the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Names that are no roles, of those that were asked for.
    pub unknown_roles: BTreeSet<String>,
    /// Outputs of the templates that this one stands on, however many steps between; empty where none has a version yet.
    pub ancestors: BTreeMap<TemplateKey, BTreeSet<String>>,
}

/// Notes everything that cannot be said about the variables of a module.
pub(crate) fn check(settings: &[VersionVariable], interface: &Interface, known: &Known, problems: &mut Problems<'_>) {
    if settings.len() > ENTRIES {
        problems.add("variables", format!("at most {ENTRIES} entries"));
        return;
    }
    let mut seen = BTreeSet::new();
    for (number, one) in settings.iter().enumerate() {
        if !seen.insert(one.name.as_str()) {
            let place = format!("variables/{number}/name");
            problems.add(&place, format!("\"{}\" is there twice", one.name));
        }
        for (field, reason) in faults(one, interface, known) {
            let place = match field {
                "" => format!("variables/{number}"),
                field => format!("variables/{number}/{field}"),
            };
            problems.add(&place, reason);
        }
    }
    for (number, way) in circles(settings) {
        let place = format!("variables/{number}/shown-when");
        problems.add(&place, format!("it would wait for itself: {}", way.join(" → ")));
    }
}

/// What is wrong with what is said about one variable, by field.
pub(crate) fn faults(one: &VersionVariable, interface: &Interface, known: &Known) -> Vec<(&'static str, String)> {
    let Some(variable) = interface.variable(&one.name) else {
        return vec![("name", unknown_variable(&one.name, interface))];
    };
    let mut found = Vec::new();
    check_values(one, variable, &mut found);
    check_giving(one, variable, known, &mut found);
    check_texts(one, &mut found);
    if let Some(rules) = &one.rules {
        check_rules(rules, variable, &mut found);
    }
    check_shown(one, interface, &mut found);
    check_reference(one, known, &mut found);
    found
}

type Faults = Vec<(&'static str, String)>;

/// That a module has no variable of a name, and which it has.
pub(crate) fn unknown_variable(name: &str, interface: &Interface) -> String {
    let mut names: Vec<&str> = interface
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let more = if names.len() > NAMED { ", …" } else { "" };
    names.truncate(NAMED);
    match names.is_empty() {
        true => format!("the module has no variable \"{name}\"; it has none at all"),
        false => format!(
            "the module has no variable \"{name}\"; it has {}{more}",
            names.join(", ")
        ),
    }
}

/// Whether the value of a variable is hidden, by the module or by what is said about it.
#[must_use]
pub fn is_hidden(one: &VersionVariable, variable: &Variable) -> bool {
    one.sensitive || variable.sensitive || variable.ephemeral
}

fn check_values(one: &VersionVariable, variable: &Variable, found: &mut Faults) {
    let hidden = is_hidden(one, variable);
    if let Some(default) = &one.default {
        if hidden {
            let reason = "a secret does not stand in the catalog, where everybody reads it; leave the default out";
            found.push(("default", reason.to_owned()));
        } else if let Some(reason) = misfit(variable, default) {
            found.push(("default", reason));
        } else if !one.options.is_empty() && !is_option(one, variable, default) {
            found.push(("default", "it is none of the options".to_owned()));
        } else if let Some(reason) = one.rules.as_ref().and_then(|rules| broken(rules, default)) {
            found.push(("default", reason));
        }
    }
    if hidden && !one.options.is_empty() {
        found.push((
            "options",
            "a secret is not chosen from a list that everybody reads".to_owned(),
        ));
    }
    if one.options.len() > OPTIONS {
        found.push(("options", format!("at most {OPTIONS} options")));
    }
    if hidden && one.unique {
        found.push(("unique", "secrets are not compared with each other".to_owned()));
    }
    let misfits: Vec<String> = one
        .options
        .iter()
        .filter_map(|option| misfit(variable, option))
        .collect();
    if let (Some(first), false) = (misfits.first(), hidden) {
        found.push(("options", first.clone()));
    }
    let different: BTreeSet<String> = one.options.iter().map(Value::to_string).collect();
    if different.len() < one.options.len() {
        found.push(("options", "one of the options is there twice".to_owned()));
    }
}

/// Why a value does not fit the type of a variable.
fn misfit(variable: &Variable, value: &Value) -> Option<String> {
    if value.is_null() {
        return (!variable.nullable).then(|| "it must not be null; leave it out".to_owned());
    }
    let mismatches = variable.value_type.check(value);
    let first = mismatches.first()?;
    Some(format!("it does not fit {}: {first}", variable.value_type))
}

fn is_option(one: &VersionVariable, variable: &Variable, value: &Value) -> bool {
    let converted = |value: &Value| variable.value_type.convert(value).unwrap_or_default();
    one.options.iter().any(|option| converted(option) == converted(value))
}

/// Why a value breaks rules; what rules say nothing about breaks none.
#[must_use]
pub fn broken(rules: &VariableRules, value: &Value) -> Option<String> {
    let said = |reason: String| Some(rules.message.clone().unwrap_or(reason));
    if let Some(number) = value.as_f64() {
        if let Some(minimum) = rules.minimum.filter(|minimum| number < *minimum) {
            return said(format!("it is at least {minimum}"));
        }
        if let Some(maximum) = rules.maximum.filter(|maximum| number > *maximum) {
            return said(format!("it is at most {maximum}"));
        }
    }
    if let Some(text) = value.as_str() {
        if let Some(most) = rules.max_length
            && text.chars().count() > usize::try_from(most).unwrap_or(usize::MAX)
        {
            return said(format!("it has at most {most} characters"));
        }
        if let Some(pattern) = &rules.pattern
            && !compiled(pattern).is_ok_and(|regex| regex.is_match(text))
        {
            return said(format!("it matches {pattern}"));
        }
    }
    None
}

/// A pattern that a whole text has to match.
fn compiled(pattern: &str) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(PATTERN_BYTES)
        .build()
}

fn check_giving(one: &VersionVariable, variable: &Variable, known: &Known, found: &mut Faults) {
    let has_value = one.default.is_some() || one.reference.is_some();
    if one.required == Some(false) && variable.is_required() && !has_value {
        let reason = "the module has no default for it: give one, let it be an output, or let it be required";
        found.push(("required", reason.to_owned()));
    }
    if let Some(unknown) = one.restricted.iter().find(|role| known.unknown_roles.contains(*role)) {
        found.push(("restricted", format!("there is no role \"{unknown}\"")));
    }
    let is_needed = one.required.unwrap_or_else(|| variable.is_required());
    if !one.restricted.is_empty() && is_needed && !has_value && variable.is_required() {
        let reason = "who does not have these roles needs a default, or the output of another: give one of them";
        found.push(("restricted", reason.to_owned()));
    }
}

fn check_texts(one: &VersionVariable, found: &mut Faults) {
    let mut words = |field, text: &Option<String>, most: usize| {
        let Some(text) = text else { return };
        if text.trim().is_empty() || text.chars().count() > most {
            found.push((field, format!("1 to {most} characters; leave it out for none")));
        }
    };
    words("group", &one.group, WORD_LENGTH);
    words("label", &one.label, WORD_LENGTH);
    words("help", &one.help, TEXT_LENGTH);
    let message = one.rules.as_ref().and_then(|rules| rules.message.clone());
    words("rules/message", &message, TEXT_LENGTH);
}

fn check_rules(rules: &VariableRules, variable: &Variable, found: &mut Faults) {
    let is_any = variable.value_type == Type::Any;
    if (rules.minimum.is_some() || rules.maximum.is_some()) && variable.value_type != Type::Number && !is_any {
        found.push((
            "rules",
            format!("a minimum and a maximum are for numbers; it is {}", variable.value_type),
        ));
    }
    if (rules.pattern.is_some() || rules.max_length.is_some()) && variable.value_type != Type::String && !is_any {
        found.push((
            "rules",
            format!("a pattern and a length are for text; it is {}", variable.value_type),
        ));
    }
    if let (Some(minimum), Some(maximum)) = (rules.minimum, rules.maximum)
        && minimum > maximum
    {
        found.push(("rules/maximum", format!("not less than the minimum, {minimum}")));
    }
    if let Some(pattern) = &rules.pattern {
        if pattern.chars().count() > PATTERN_LENGTH {
            found.push(("rules/pattern", format!("at most {PATTERN_LENGTH} characters")));
        } else if let Err(error) = compiled(pattern) {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            found.push(("rules/pattern", format!("this is no regular expression: {last}")));
        }
    }
}

fn check_shown(one: &VersionVariable, interface: &Interface, found: &mut Faults) {
    let Some(condition) = &one.shown_when else { return };
    match interface.variable(&condition.variable) {
        None => found.push(("shown-when/variable", unknown_variable(&condition.variable, interface))),
        Some(other) if other.sensitive || other.ephemeral => {
            found.push(("shown-when/variable", format!("\"{}\" is a secret", condition.variable)));
        }
        Some(other) => {
            found.extend(misfit(other, &condition.equals).map(|reason| ("shown-when/equals", reason)));
        }
    }
}

fn check_reference(one: &VersionVariable, known: &Known, found: &mut Faults) {
    let Some(reference) = &one.reference else { return };
    let (template, output) = (&reference.template, &reference.output);
    match known.ancestors.get(template) {
        None => {
            let all: Vec<&str> = known.ancestors.keys().map(TemplateKey::as_str).collect();
            let stands = match all.is_empty() {
                true => "it stands on none".to_owned(),
                false => format!("it stands on {}", all.join(", ")),
            };
            let reason = format!("the template does not stand on \"{template}\"; {stands}");
            found.push(("reference/template", reason));
        }
        Some(outputs) if !outputs.contains(output) => {
            let all: Vec<&str> = outputs.iter().map(String::as_str).collect();
            let has = match all.is_empty() {
                true => "no version that has any; make one first".to_owned(),
                false => all.join(", "),
            };
            let reason = format!("\"{template}\" has no output \"{output}\"; it has {has}");
            found.push(("reference/output", reason));
        }
        Some(_) => {}
    }
}

/// Variables that are asked for only when one is that waits for them, each with the whole way.
fn circles(settings: &[VersionVariable]) -> Vec<(usize, Vec<String>)> {
    let next: BTreeMap<&str, &str> = settings
        .iter()
        .filter_map(|one| Some((one.name.as_str(), one.shown_when.as_ref()?.variable.as_str())))
        .collect();
    let way = |start: &str| -> Option<Vec<String>> {
        let mut way = vec![start.to_owned()];
        let mut at = *next.get(start)?;
        while at != start {
            if way.iter().any(|seen| seen == at) {
                return None;
            }
            way.push(at.to_owned());
            at = *next.get(at)?;
        }
        way.push(start.to_owned());
        Some(way)
    };
    let numbered = settings.iter().enumerate();
    numbered
        .filter_map(|(number, one)| Some((number, way(&one.name)?)))
        .collect()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
