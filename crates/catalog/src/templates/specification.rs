//! What may be said about a template, and how two descriptions differ: pure. Everything at fault is told at once, each with
//! its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use slipway_api::catalog::FieldDifference;
use slipway_api::templates::{NewTemplate, SecretSource, TemplateChanges};
use slipway_connections::integrations::kinds::{self, Group};
use slipway_kernel::directory::is_label;
use slipway_kernel::{Error, Result};
use slipway_tofu::versions::Constraints;

use super::naming::Pattern;
pub(crate) use super::problems::Problems;

/// Longest name, in characters.
const NAME_LENGTH: usize = 100;
/// Longest description, in characters.
const DESCRIPTION_LENGTH: usize = 2_000;
/// Longest documentation, in bytes: what a column of text takes on every database.
const DOCUMENTATION_BYTES: usize = 60_000;
/// Longest label, word or variable name, in characters.
const WORD_LENGTH: usize = 100;
/// Entries of a list at most.
const ENTRIES: usize = 50;
/// Most resources of one parent that can be asked for.
const MOST: u32 = 1_000;

/// Refuses what cannot be a template. Who stands on whom is looked at elsewhere. `base` is the pointer to the description:
/// `/data/attributes`.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub fn check(wanted: &NewTemplate, base: &str) -> Result<()> {
    let mut problems = Problems::at(base);
    check_texts(wanted, &mut problems);
    check_lists(wanted, &mut problems);
    check_parents(wanted, &mut problems);
    check_integrations(wanted, &mut problems);
    check_secrets(wanted, &mut problems);
    check_service(wanted, &mut problems);
    problems.none()
}

fn check_texts(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    let length = wanted.name.chars().count();
    if wanted.name.trim() != wanted.name || !(1..=NAME_LENGTH).contains(&length) {
        problems.add(
            "name",
            format!("a name has 1 to {NAME_LENGTH} characters, and no space before or after"),
        );
    }
    if wanted.name.chars().any(char::is_control) {
        problems.add("name", "a name is one line, without control characters");
    }
    check_description(problems, &wanted.description);
    if wanted.documentation.len() > DOCUMENTATION_BYTES {
        problems.add("documentation", format!("at most {DOCUMENTATION_BYTES} bytes"));
    }
    if let Some(naming) = &wanted.naming
        && let Err(reason) = naming.parse::<Pattern>()
    {
        problems.add("naming", reason);
    }
    if !matches!(wanted.engine_version.as_str(), "" | "latest")
        && let Err(reason) = wanted.engine_version.parse::<Constraints>()
    {
        problems.add("engine-version", reason);
    }
}

/// What something is for.
pub(crate) fn check_description(problems: &mut Problems<'_>, description: &str) {
    if description.chars().count() > DESCRIPTION_LENGTH {
        problems.add("description", format!("at most {DESCRIPTION_LENGTH} characters"));
    }
}

/// What something is found by.
pub(crate) fn check_labels(problems: &mut Problems<'_>, labels: &[String]) {
    words(
        problems,
        "labels",
        labels,
        is_label,
        "a label is `key` or `key=value`, of letters, digits and -_./:@",
    );
}

fn check_lists(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    check_labels(problems, &wanted.labels);
    words(
        problems,
        "required-settings",
        &wanted.required_settings,
        is_identifier,
        "a setting is called as a variable: letters, digits, \"-\" and \"_\", first a letter or \"_\"",
    );
}

/// A list of words, each once.
fn words(problems: &mut Problems<'_>, place: &str, words: &[String], is_right: impl Fn(&str) -> bool, rule: &str) {
    if words.len() > ENTRIES {
        problems.add(place, format!("at most {ENTRIES} entries"));
        return;
    }
    let mut seen = BTreeSet::new();
    for (number, word) in words.iter().enumerate() {
        let place = format!("{place}/{number}");
        if word.is_empty() || word.chars().count() > WORD_LENGTH || !is_right(word) {
            problems.add(&place, format!("{rule}; at most {WORD_LENGTH} characters"));
        } else if !seen.insert(word) {
            problems.add(&place, format!("\"{word}\" is there twice"));
        }
    }
}

/// What variables and outputs of modules can be called.
pub(crate) fn is_identifier(text: &str) -> bool {
    let right = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    (1..=WORD_LENGTH).contains(&text.len())
        && text.chars().all(right)
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// What variables of an environment can be called.
fn is_environment_name(text: &str) -> bool {
    is_identifier(text) && !text.contains('-')
}

fn check_parents(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    if wanted.parents.len() > ENTRIES {
        problems.add("parents", format!("at most {ENTRIES} entries"));
        return;
    }
    let mut seen = BTreeSet::new();
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, parent) in wanted.parents.iter().enumerate() {
        let at = |field: &str| format!("parents/{number}/{field}");
        let key = &parent.template;
        if *key == wanted.key {
            problems.add(&at("template"), format!("\"{key}\" cannot stand on itself"));
        } else if !seen.insert(key) {
            problems.add(&at("template"), format!("\"{key}\" is there twice"));
        }
        if parent.minimum > MOST {
            problems.add(&at("minimum"), format!("at most {MOST}"));
        }
        if parent.group.is_some() && parent.minimum == 0 {
            problems.add(
                &at("minimum"),
                "an alternative is at least one resource, if it is chosen",
            );
        }
        match parent.maximum {
            Some(0) => problems.add(&at("maximum"), "at least 1; leave the parent out instead"),
            Some(maximum) if maximum < parent.minimum => {
                problems.add(&at("maximum"), format!("not less than the minimum, {}", parent.minimum));
            }
            Some(maximum) if maximum > MOST => problems.add(&at("maximum"), format!("at most {MOST}, or null")),
            _ => {}
        }
        match &parent.group {
            Some(group) if !is_identifier(group) => {
                problems.add(
                    &at("group"),
                    "a word of letters, digits, \"-\" and \"_\", first a letter",
                );
            }
            Some(group) => groups.entry(group).or_default().push(number),
            None => {}
        }
    }
    for (group, members) in groups {
        if let [only] = members.as_slice() {
            problems.add(
                &format!("parents/{only}/group"),
                format!("\"{group}\" has no other alternative; give it one, or leave the group out"),
            );
        }
    }
}

fn check_integrations(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    let mut allowed = BTreeSet::new();
    for (number, integration) in wanted.allowed_integrations.iter().enumerate() {
        let place = format!("allowed-integrations/{number}/kind");
        let kind = &integration.kind;
        match kinds::find(kind) {
            None => {
                let known: Vec<&str> = kinds::KINDS
                    .iter()
                    .filter(|kind| kind.group != Group::Chat)
                    .map(|kind| kind.word)
                    .collect();
                problems.add(
                    &place,
                    format!(
                        "there is no kind \"{kind}\" of integrations; there are: {}",
                        known.join(", ")
                    ),
                );
            }
            Some(found) if found.group == Group::Chat => {
                problems.add(&place, format!("{} is given to nothing that runs", found.title));
            }
            Some(_) if !allowed.insert(kind.as_str()) => problems.add(&place, format!("\"{kind}\" is there twice")),
            Some(_) => {}
        }
    }
    words(
        problems,
        "one-per-integration",
        &wanted.one_per_integration,
        |kind| allowed.contains(kind),
        "a kind of \"allowed-integrations\"",
    );
}

fn check_secrets(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    if wanted.secrets.len() > ENTRIES {
        problems.add("secrets", format!("at most {ENTRIES} entries"));
        return;
    }
    if wanted.is_abstract && !wanted.secrets.is_empty() {
        problems.add("secrets", "an abstract template runs nothing that could need them");
    }
    let mut seen = BTreeSet::new();
    for (number, secret) in wanted.secrets.iter().enumerate() {
        let place = format!("secrets/{number}/name");
        let is_right = match secret.is_environment {
            true => is_environment_name(&secret.name),
            false => is_identifier(&secret.name),
        };
        if !is_right {
            problems.add(
                &place,
                "the name of a variable: letters, digits and \"_\", not first a digit",
            );
        }
        if secret.is_environment && is_ours(&secret.name) {
            problems.add(&place, format!("\"{}\" is set by the server itself", secret.name));
        }
        if !seen.insert((secret.is_environment, &secret.name)) {
            problems.add(&place, format!("\"{}\" is there twice", secret.name));
        }
        if let SecretSource::VariableSet { variable_set, key } = &secret.source
            && (variable_set.trim().is_empty() || key.trim().is_empty())
        {
            problems.add(
                &format!("secrets/{number}/source"),
                "name a variable set, and the key of a variable in it",
            );
        }
    }
}

/// Variables of the environment that decide how a program runs, not what it does.
fn is_ours(name: &str) -> bool {
    matches!(name, "PATH" | "HOME" | "LD_PRELOAD" | "LD_LIBRARY_PATH") || name.starts_with("SLIPWAY_")
}

fn check_service(wanted: &NewTemplate, problems: &mut Problems<'_>) {
    let Some(service) = &wanted.service else {
        return;
    };
    if wanted.is_abstract {
        problems.add(
            "service",
            "an abstract template has no outputs that apps could be given",
        );
    }
    if service.outputs.is_empty() || service.outputs.len() > ENTRIES {
        problems.add("service/outputs", format!("1 to {ENTRIES} outputs"));
        return;
    }
    let mut variables = BTreeSet::new();
    for (number, bindable) in service.outputs.iter().enumerate() {
        if !is_identifier(&bindable.output) {
            problems.add(
                &format!("service/outputs/{number}/output"),
                "the name of an output of the module",
            );
        }
        let place = format!("service/outputs/{number}/variable");
        if !is_environment_name(&bindable.variable) {
            problems.add(
                &place,
                "the name of a variable of an environment: letters, digits and \"_\", not first a digit",
            );
        } else if !variables.insert(&bindable.variable) {
            problems.add(&place, format!("\"{}\" is there twice", bindable.variable));
        }
    }
}

/// The description with changes.
#[must_use]
pub fn changed(mut wanted: NewTemplate, changes: TemplateChanges) -> NewTemplate {
    fn set<T>(field: &mut T, change: Option<T>) {
        if let Some(change) = change {
            *field = change;
        }
    }
    set(&mut wanted.name, changes.name);
    set(&mut wanted.description, changes.description);
    set(&mut wanted.documentation, changes.documentation);
    set(&mut wanted.is_abstract, changes.is_abstract);
    set(&mut wanted.parents, changes.parents);
    set(&mut wanted.allowed_integrations, changes.allowed_integrations);
    set(&mut wanted.one_per_integration, changes.one_per_integration);
    set(&mut wanted.required_settings, changes.required_settings);
    set(&mut wanted.naming, changes.naming);
    set(&mut wanted.labels, changes.labels);
    set(&mut wanted.secrets, changes.secrets);
    set(&mut wanted.service, changes.service);
    set(&mut wanted.engine, changes.engine);
    set(&mut wanted.engine_version, changes.engine_version);
    wanted
}

/// Fields in which two descriptions differ; of a new one, fields that are not as they are by default.
///
/// # Errors
///
/// Never in practice: descriptions are plain values.
pub fn differences(before: Option<&NewTemplate>, after: &NewTemplate) -> Result<Vec<FieldDifference>> {
    let now = fields(after)?;
    let then = match before {
        Some(before) => fields(before)?,
        None => Map::new(),
    };
    let default = blank(after)?;
    let names: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let mut found = Vec::new();
    for field in names {
        let value = |fields: &Map<String, Value>| fields.get(field).cloned().unwrap_or_default();
        let (was, is) = (value(&then), value(&now));
        let is_said = before.is_some() || is != value(&default);
        if was != is && is_said {
            found.push(FieldDifference {
                field: field.clone(),
                before: was,
                after: is,
            });
        }
    }
    Ok(found)
}

fn fields(described: &NewTemplate) -> Result<Map<String, Value>> {
    match serde_json::to_value(described).map_err(Error::internal)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

/// A description with nothing but a name that nobody has.
fn blank(like: &NewTemplate) -> Result<Map<String, Value>> {
    let blank: NewTemplate = serde_json::from_value(json!({"key": like.key, "name": ""})).map_err(Error::internal)?;
    fields(&blank)
}

/// Differences as events tell them: of the documentation only how long it is.
#[must_use]
pub fn told(differences: &[FieldDifference]) -> Value {
    let shown = |field: &str, value: &Value| match (field, value.as_str()) {
        ("documentation", Some(text)) => json!({"characters": text.chars().count()}),
        _ => value.clone(),
    };
    let entry = |difference: &FieldDifference| {
        let field = difference.field.as_str();
        let change = json!([shown(field, &difference.before), shown(field, &difference.after)]);
        (field.to_owned(), change)
    };
    Value::Object(differences.iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn wanted(more: Value) -> NewTemplate {
        let mut all = json!({"key": "postgres", "name": "PostgreSQL"});
        for (field, value) in more.as_object().unwrap() {
            all[field] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[rstest]
    #[case::name(json!({"name": " x"}), "name")]
    #[case::name_lines(json!({"name": "a\nb"}), "name")]
    #[case::documentation(json!({"documentation": "x".repeat(60_001)}), "documentation")]
    #[case::naming(json!({"naming": "db"}), "naming")]
    #[case::engine_version(json!({"engine-version": "newest"}), "engine-version")]
    #[case::label(json!({"labels": ["a b"]}), "labels/0")]
    #[case::label_twice(json!({"labels": ["a", "a"]}), "labels/1")]
    #[case::setting(json!({"required-settings": ["1x"]}), "required-settings/0")]
    #[case::itself(json!({"parents": [{"template": "postgres"}]}), "parents/0/template")]
    #[case::twice(json!({"parents": [{"template": "a"}, {"template": "a"}]}), "parents/1/template")]
    #[case::maximum(json!({"parents": [{"template": "a", "minimum": 3, "maximum": 2}]}), "parents/0/maximum")]
    #[case::none(json!({"parents": [{"template": "a", "minimum": 0, "maximum": 0}]}), "parents/0/maximum")]
    #[case::lonely(json!({"parents": [{"template": "a", "group": "g"}]}), "parents/0/group")]
    #[case::kind(json!({"allowed-integrations": [{"kind": "cloudy"}]}), "allowed-integrations/0/kind")]
    #[case::chat(json!({"allowed-integrations": [{"kind": "slack"}]}), "allowed-integrations/0/kind")]
    #[case::not_allowed(json!({"one-per-integration": ["aws"]}), "one-per-integration/0")]
    #[case::secret(json!({"secrets": [{"name": "a b", "source": {"kind": "given"}}]}), "secrets/0/name")]
    #[case::ours(
        json!({"secrets": [{"name": "LD_PRELOAD", "is-environment": true, "source": {"kind": "given"}}]}),
        "secrets/0/name"
    )]
    #[case::no_outputs(json!({"service": {"outputs": []}}), "service/outputs")]
    #[case::variable(
        json!({"service": {"outputs": [{"output": "url", "variable": "A-B"}]}}),
        "service/outputs/0/variable"
    )]
    #[case::abstract_secret(
        json!({"is-abstract": true, "secrets": [{"name": "a", "source": {"kind": "given"}}]}),
        "secrets"
    )]
    fn what_cannot_be_says_where(#[case] more: Value, #[case] place: &str) {
        let refused = check(&wanted(more), "/data/attributes").unwrap_err();
        let places: Vec<_> = refused
            .fields()
            .iter()
            .map(|field| field.source.pointer.clone().unwrap())
            .collect();
        assert_eq!(places, [format!("/data/attributes/{place}")]);
    }

    #[test]
    fn everything_at_fault_is_told_at_once() {
        let more = json!({"name": "", "naming": "{", "labels": ["ä"]});
        assert_eq!(check(&wanted(more), "").unwrap_err().fields().len(), 3);
    }

    #[test]
    fn a_whole_description_is_accepted() {
        let more = json!({
            "parents": [{"template": "network"}, {"template": "aws-account", "group": "cloud"},
                {"template": "azure-account", "group": "cloud", "maximum": null}],
            "allowed-integrations": [{"kind": "aws", "required": true}, {"kind": "gitea"}],
            "one-per-integration": ["aws"], "labels": ["tier=data", "sql"], "engine-version": "~> 1.12",
            "naming": "{project}-db", "required-settings": ["region"],
        });
        check(&wanted(more), "").unwrap();
    }

    #[test]
    fn only_what_differs_is_told_and_of_a_document_its_length() {
        let before = wanted(json!({"documentation": "Old."}));
        let after = wanted(json!({"documentation": "Newer.", "naming": "{project}-db"}));
        let found = differences(Some(&before), &after).unwrap();
        let fields: Vec<&str> = found.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["documentation", "naming"]);
        assert_eq!(
            told(&found),
            json!({"documentation": [{"characters": 4}, {"characters": 6}], "naming": [null, "{project}-db"]})
        );
        assert_eq!(differences(Some(&after), &after).unwrap(), []);
        let made = differences(None, &before).unwrap();
        let fields: Vec<&str> = made.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(fields, ["documentation", "name"]);
    }
}
