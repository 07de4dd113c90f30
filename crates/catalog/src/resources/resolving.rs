//! Where the value of each variable is from: pure.
//!
//! The first of these counts: a secret of the template; what the resource itself says; an output of a resource that it names;
//! an output of what it stands on, as the version says; a setting of its own, then of the nearest that it stands on, then of its project; the version's default; the module's. A variable `tags` is given
//! the tags of all of them, and what the resource says about it counts for each key by itself.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use slipway_api::ids::ResourceId;
use slipway_api::resources::{ResourceReference, ResourceSetting, ValueOrigin};
use slipway_api::source_code_versions::{VariableReference, VersionVariable};
use slipway_api::templates::SecretSource;
use slipway_tofu::interface::{DefaultValue, Variable};
use slipway_tofu::types::Type;

use super::values::{Ancestor, Context, ResolvedValue};
use crate::source_code_versions::settings::{broken, is_hidden};

/// The variable that is given everybody's tags.
pub(crate) const TAGS: &str = "tags";

/// Every variable of the version in the order of the form, each with its value.
#[must_use]
pub fn resolve(context: &Context) -> Vec<ResolvedValue> {
    let Some(module) = context.interface() else {
        return Vec::new();
    };
    let plain = VersionVariable::default();
    let said: HashMap<&str, (usize, &VersionVariable)> = context
        .settings
        .iter()
        .enumerate()
        .map(|(place, one)| (one.name.as_str(), (place, one)))
        .collect();
    let mut found: Vec<(usize, &Variable, &VersionVariable, ResolvedValue)> = module
        .variables
        .iter()
        .enumerate()
        .map(|(place, variable)| {
            let known = said.get(variable.name.as_str()).copied();
            let (order, one) = known.unwrap_or((context.settings.len() + place, &plain));
            (order, variable, one, value(context, variable, one))
        })
        .collect();
    found.sort_by_key(|(order, ..)| *order);
    let asked = asked(&found.iter().map(|(.., one, value)| (*one, value)).collect::<Vec<_>>());
    let finished = found.into_iter().map(|(_, variable, one, mut value)| {
        value.is_asked = asked.get(&value.name).copied().unwrap_or(true);
        value.problem = value.problem.take().or_else(|| problem(variable, one, &value));
        value
    });
    finished.collect()
}

/// What counts for a variable; its problem and whether it is asked for are found when all are known.
fn value(context: &Context, variable: &Variable, one: &VersionVariable) -> ResolvedValue {
    let secret = context.secret(&variable.name);
    let is_secret = secret.is_some() || is_hidden(one, variable);
    let plain = |value: Option<Value>, origin: Option<ValueOrigin>| ResolvedValue {
        name: variable.name.clone(),
        is_later: origin.is_some() && value.is_none(),
        value,
        origin,
        is_sensitive: is_secret,
        is_asked: true,
        problem: None,
    };
    if let Some(SecretSource::VariableSet { variable_set, key }) = secret.map(|secret| &secret.source) {
        let (variable_set, key) = (variable_set.clone(), key.clone());
        return plain(None, Some(ValueOrigin::Secret { variable_set, key }));
    }
    let given = given(context, variable, is_secret);
    let own = context.specification.references.get(&variable.name);
    if is_tags(variable) && own.is_none() && !is_secret && given.as_ref().is_none_or(Value::is_object) {
        let tags = tags(context, given.as_ref());
        if !tags.is_empty() {
            return plain(Some(Value::Object(tags)), Some(ValueOrigin::Tags));
        }
    }
    if let Some(value) = given {
        return plain(Some(value), Some(ValueOrigin::Resource));
    }
    let referred = match (own, &one.reference) {
        (Some(own), _) => Some(named(context, own)),
        (None, Some(reference)) => nearest(context, reference),
        (None, None) => None,
    };
    if let Some(found) = referred {
        // Who orders must not be able to bring a secret to where it is shown: that is for a version to say.
        let is_leak = own.is_some() && found.is_sensitive && !is_secret;
        let leak = || "it is a secret output, and only variables that are secrets are given those".to_owned();
        return ResolvedValue {
            is_sensitive: is_secret || found.is_sensitive,
            problem: found.unknown.or_else(|| is_leak.then(leak)),
            ..plain(found.value, Some(found.origin))
        };
    }
    if let Some((value, origin)) = setting(context, variable) {
        return plain(Some(value), Some(origin));
    }
    if let Some(value) = &one.default {
        return plain(Some(value.clone()), Some(ValueOrigin::Version));
    }
    match &variable.default {
        Some(DefaultValue::Known(value)) => plain(Some(value.clone()), Some(ValueOrigin::Module)),
        Some(DefaultValue::Computed(_)) => plain(None, Some(ValueOrigin::Module)),
        None => plain(None, None),
    }
}

/// What the resource itself says. Null is nothing where the module takes none.
fn given(context: &Context, variable: &Variable, is_secret: bool) -> Option<Value> {
    let values = match is_secret {
        true => &context.secrets.0,
        false => &context.specification.values,
    };
    let value = values.get(&variable.name)?;
    (variable.nullable || !value.is_null()).then(|| value.clone())
}

fn is_tags(variable: &Variable) -> bool {
    variable.name == TAGS && matches!(variable.value_type, Type::Map(_) | Type::Object(_) | Type::Any)
}

/// The tags of the project, then those of the farthest first, so that the nearer ones count; then those of the resource, and what it says of the variable.
fn tags(context: &Context, given: Option<&Value>) -> Map<String, Value> {
    let mut all = Map::new();
    let inherited = context.ancestors.iter().rev().flat_map(|one| {
        let tags = &one.resource.specification.0.tags;
        tags.iter().filter(|tag| tag.is_inherited)
    });
    for tag in context
        .of_project
        .tags
        .iter()
        .chain(inherited)
        .chain(&context.specification.tags)
    {
        all.insert(tag.name.clone(), tag.value.as_str().into());
    }
    all.extend(given.and_then(Value::as_object).cloned().unwrap_or_default());
    all
}

struct Referred {
    value: Option<Value>,
    is_sensitive: bool,
    origin: ValueOrigin,
    /// Why nobody will ever know the value, where that is so.
    unknown: Option<String>,
}

/// The output of the resource that is named, whether or not it is below this one.
fn named(context: &Context, reference: &ResourceReference) -> Referred {
    let is_it = |one: &&Ancestor| one.resource.id == reference.resource;
    let parent = context.ancestors.iter().find(is_it);
    referred((reference.resource, parent), &reference.output)
}

/// The output of the nearest that is of the template.
fn nearest(context: &Context, reference: &VariableReference) -> Option<Referred> {
    let is_it = |one: &&Ancestor| one.template == reference.template;
    let parent = context.ancestors.iter().find(is_it)?;
    Some(referred((parent.resource.id, Some(parent)), &reference.output))
}

fn referred((id, parent): (ResourceId, Option<&Ancestor>), name: &str) -> Referred {
    let output = parent.and_then(|parent| parent.resource.outputs.0.get(name));
    let unknown = parent.filter(|_| output.is_some_and(|output| output.is_unknown));
    Referred {
        unknown: unknown.map(|parent| {
            format!(
                "it is the output \"{name}\" of \"{}\", which only an apply would tell, and that is a demo: give a value",
                parent.resource.name
            )
        }),
        value: output.and_then(|output| output.value.clone()),
        is_sensitive: output.is_some_and(|output| output.is_sensitive),
        origin: ValueOrigin::Reference {
            parent: id,
            output: name.to_owned(),
        },
    }
}

/// The setting that counts under a name, and whose it is: none of one of the resource's own.
pub(crate) fn inherited<'a>(context: &'a Context, name: &str) -> Option<(&'a ResourceSetting, ValueOrigin)> {
    let own = context.specification.settings.iter().find(|one| one.name == name);
    if let Some(own) = own {
        return Some((own, ValueOrigin::Setting { of: None }));
    }
    let of_ancestor = context.ancestors.iter().find_map(|ancestor| {
        let settings = &ancestor.resource.specification.0.settings;
        let found = settings.iter().find(|one| one.is_inherited && one.name == name)?;
        let of = Some(ancestor.resource.id);
        Some((found, ValueOrigin::Setting { of }))
    });
    let of_project = || context.of_project.settings.iter().find(|one| one.name == name);
    of_ancestor.or_else(|| of_project().map(|found| (found, ValueOrigin::Project)))
}

/// Settings are text: of a list or an object it is JSON.
fn setting(context: &Context, variable: &Variable) -> Option<(Value, ValueOrigin)> {
    let (setting, origin) = inherited(context, &variable.name)?;
    let text = Value::from(setting.value.as_str());
    let value = match &variable.value_type {
        Type::String | Type::Any => text,
        Type::Number | Type::Bool => variable.value_type.convert(&text).unwrap_or(text),
        _ => serde_json::from_str(&setting.value).unwrap_or(text),
    };
    Some((value, origin))
}

/// Which variables are asked for: those without a condition, and those whose condition holds for a variable that is.
fn asked(all: &[(&VersionVariable, &ResolvedValue)]) -> BTreeMap<String, bool> {
    let by_name: HashMap<&str, (&VersionVariable, &ResolvedValue)> =
        all.iter().map(|pair| (pair.1.name.as_str(), *pair)).collect();
    let is_asked = |name: &str| {
        let mut at = name;
        // What is published has no circles; with one, nothing would be asked for.
        for _ in 0..=all.len() {
            let Some((one, _)) = by_name.get(at) else { return false };
            let Some(condition) = &one.shown_when else { return true };
            let other = by_name.get(condition.variable.as_str());
            if other.and_then(|(_, value)| value.value.as_ref()) != Some(&condition.equals) {
                return false;
            }
            at = &condition.variable;
        }
        false
    };
    by_name
        .keys()
        .map(|name| ((*name).to_owned(), is_asked(name)))
        .collect()
}

/// What is wrong with a value, or with there being none.
fn problem(variable: &Variable, one: &VersionVariable, found: &ResolvedValue) -> Option<String> {
    if is_missing(variable, one, found) {
        return Some(missing(variable, one));
    }
    let value = found.value.as_ref()?;
    let is_given = found.origin == Some(ValueOrigin::Resource);
    if is_given && !found.is_asked {
        let condition = one.shown_when.as_ref()?;
        return Some(format!(
            "it is asked for only where \"{}\" is {}; leave it out",
            condition.variable, condition.equals
        ));
    }
    // Defaults were checked when they were published.
    if matches!(found.origin, Some(ValueOrigin::Version | ValueOrigin::Module)) {
        return None;
    }
    let wrong = unfit(variable, one, value)?;
    Some(match &found.origin {
        Some(ValueOrigin::Setting { .. } | ValueOrigin::Project) => format!("it is a setting, and {wrong}"),
        Some(ValueOrigin::Reference { output, .. }) => format!("it is the output \"{output}\", and {wrong}"),
        _ => wrong,
    })
}

/// Whether somebody has to give a value and nobody does. The module's default is nobody's, where a version wants one given.
fn is_missing(variable: &Variable, one: &VersionVariable, found: &ResolvedValue) -> bool {
    let is_needed = match one.required {
        // Who may not give a value has the module's.
        Some(true) => one.restricted.is_empty() || variable.is_required(),
        Some(false) => false,
        None => variable.is_required(),
    };
    found.is_asked && is_needed && matches!(found.origin, None | Some(ValueOrigin::Module))
}

fn missing(variable: &Variable, one: &VersionVariable) -> String {
    match &one.reference {
        Some(reference) => format!(
            "it is the output \"{}\" of a resource of \"{}\": let this one stand on one, or give a value",
            reference.output, reference.template
        ),
        None => format!("a value is needed: {}", variable.value_type),
    }
}

/// Why a value does not fit the type, the options or the rules of a variable.
pub(crate) fn unfit(variable: &Variable, one: &VersionVariable, value: &Value) -> Option<String> {
    if value.is_null() {
        let is_needed = one.required.unwrap_or(false);
        return is_needed.then(|| "a value is needed, and null is none".to_owned());
    }
    let converted = match variable.value_type.convert(value) {
        Ok(converted) => converted,
        Err(mismatches) => {
            let first = mismatches.first()?;
            return Some(format!("it does not fit {}: {first}", variable.value_type));
        }
    };
    let is_option = |option: &Value| {
        variable
            .value_type
            .convert(option)
            .is_ok_and(|option| option == converted)
    };
    if !one.options.is_empty() && !one.options.iter().any(is_option) {
        let options: Vec<String> = one.options.iter().map(ToString::to_string).collect();
        return Some(format!("it is one of {}", options.join(", ")));
    }
    one.rules.as_ref().and_then(|rules| broken(rules, &converted))
}

#[cfg(test)]
#[path = "resolving_tests.rs"]
mod tests;
