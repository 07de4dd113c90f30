//! What a resource is called, where its template says how. Pure.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_api::Name;

use super::resolving::inherited;
use super::values::{Context, ResolvedValue};
use crate::templates::naming::Pattern;

/// The name by the template's pattern; none where people choose. The error says, in words, what is missing.
pub(crate) fn rendered(context: &Context, values: &[ResolvedValue]) -> Option<Result<Name, String>> {
    let pattern: Pattern = match context.template.naming.as_deref()?.parse() {
        Ok(pattern) => pattern,
        Err(reason) => return Some(Err(format!("the template's pattern is none: {reason}"))),
    };
    let known: BTreeMap<String, String> = pattern
        .placeholders()
        .into_iter()
        .filter_map(|word| Some((word.to_owned(), stands_for(context, values, word)?)))
        .collect();
    let name = pattern.render(&known);
    Some(name.map_err(|reason| format!("the template calls its resources {pattern}, and {reason}")))
}

/// What a placeholder stands for: the place, a variable, an output of what the resource stands on, or a setting.
fn stands_for(context: &Context, values: &[ResolvedValue], word: &str) -> Option<String> {
    match word {
        "organization" => return Some(context.organization.1.to_string()),
        "project" => return Some(context.project.1.to_string()),
        "template" => return Some(context.template.key.to_string()),
        _ => {}
    }
    let variable = values.iter().find(|one| one.name == word && !one.is_sensitive);
    let variable = variable.and_then(|one| text(one.value.as_ref()?));
    let output = || {
        let of = |ancestor: &super::values::Ancestor| text(ancestor.resource.outputs.0.get(word)?.value.as_ref()?);
        context.ancestors.iter().find_map(of)
    };
    let setting = || inherited(context, word).map(|(setting, _)| setting.value.clone());
    variable.or_else(output).or_else(setting)
}

/// Only what is one word can be part of a name.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}
