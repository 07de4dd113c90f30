//! How variables of a version are asked for.

use clap::Args;
use serde_json::Value;
use slipway_api::source_code_versions::{
    ShownWhen, SourceCodeVersionChanges, VariableReference, VariableRules, VersionVariable,
};
use slipway_client::Client;

use super::{find, shown};
use crate::context::{Context, id_of};
use crate::failure::Failure;

/// What is said about a variable. What has no option stays as it was.
#[derive(Debug, Args)]
pub(crate) struct SetArguments {
    /// The version: template@ref, or its id
    #[arg(value_name = "VERSION")]
    version: String,
    /// The variable
    #[arg(value_name = "VARIABLE")]
    name: String,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// What people need to know to give a value
    #[arg(long = "help-text", value_name = "TEXT")]
    help_text: Option<String>,
    /// The part of the form that it stands in
    #[arg(long, value_name = "TEXT")]
    group: Option<String>,
    /// What it is when nobody gives a value: JSON, or a text as it is
    #[arg(long, value_name = "VALUE")]
    default: Option<String>,
    /// A value to choose; may be given several times
    #[arg(long, value_name = "VALUE")]
    option: Vec<String>,
    /// Whether a value must be given
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    required: Option<bool>,
    /// Whether it stays as it was when the resource was made
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    frozen: Option<bool>,
    /// Whether no two resources may have the same value
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    unique: Option<bool>,
    /// Whether its value is hidden
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    sensitive: Option<bool>,
    /// A role that may give a value, others may not; may be given several times
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// A number at least
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    minimum: Option<f64>,
    /// A number at most
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    maximum: Option<f64>,
    /// A regular expression that a whole text matches
    #[arg(long, value_name = "REGEX")]
    pattern: Option<String>,
    /// Characters of a text at most
    #[arg(long, value_name = "NUMBER")]
    max_length: Option<u32>,
    /// What people are told whose value is not that
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// Ask for it only when another variable has a value: variable=value
    #[arg(long, value_name = "CONDITION")]
    shown_when: Option<String>,
    /// It is an output of what the resource stands on: template.output
    #[arg(long, value_name = "OUTPUT")]
    reference: Option<String>,
    /// Its place on the form, from 1
    #[arg(long, value_name = "NUMBER")]
    place: Option<usize>,
}

/// Says how a variable is asked for.
pub(super) async fn set(context: &Context, client: &Client, arguments: SetArguments) -> anyhow::Result<()> {
    let (found, tag) = find(context, client, &arguments.version).await?;
    let mut variables = found.attributes.variables.clone();
    let known = variables.iter().position(|one| one.name == arguments.name);
    let before = known.map(|place| variables.remove(place));
    let place = arguments.place.map(|place| place.saturating_sub(1)).or(known);
    let place = place.unwrap_or(variables.len()).min(variables.len());
    variables.insert(place, said(before.unwrap_or_default(), arguments)?);
    let changes = SourceCodeVersionChanges {
        variables: Some(variables),
        ..SourceCodeVersionChanges::default()
    };
    let changed = client.update_source_code_version(id_of(&found)?, changes, &tag).await?;
    shown::version(context, &changed)
}

/// Takes back what was said about a variable.
pub(super) async fn unset(context: &Context, client: &Client, version: &str, name: &str) -> anyhow::Result<()> {
    let (found, tag) = find(context, client, version).await?;
    let mut variables = found.attributes.variables.clone();
    let length = variables.len();
    variables.retain(|one| one.name != name);
    if variables.len() == length {
        let next = "See what is said about which: slipway source-code-version show VERSION";
        return Err(Failure::error(format!("nothing was said about {name}"), next));
    }
    let changes = SourceCodeVersionChanges {
        variables: Some(variables),
        ..SourceCodeVersionChanges::default()
    };
    let changed = client.update_source_code_version(id_of(&found)?, changes, &tag).await?;
    shown::version(context, &changed)
}

fn said(mut one: VersionVariable, arguments: SetArguments) -> anyhow::Result<VersionVariable> {
    fn set<T>(field: &mut T, given: Option<T>) {
        if let Some(given) = given {
            *field = given;
        }
    }
    one.name = arguments.name;
    one.label = arguments.label.or(one.label);
    one.help = arguments.help_text.or(one.help);
    one.group = arguments.group.or(one.group);
    one.default = arguments.default.as_deref().map(value).or(one.default);
    one.required = arguments.required.or(one.required);
    set(&mut one.frozen, arguments.frozen);
    set(&mut one.unique, arguments.unique);
    set(&mut one.sensitive, arguments.sensitive);
    if !arguments.option.is_empty() {
        one.options = arguments.option.iter().map(|option| value(option)).collect();
    }
    if !arguments.role.is_empty() {
        one.restricted = arguments.role;
    }
    let mut rules = one.rules.take().unwrap_or_default();
    rules.minimum = arguments.minimum.or(rules.minimum);
    rules.maximum = arguments.maximum.or(rules.maximum);
    rules.pattern = arguments.pattern.or(rules.pattern);
    rules.max_length = arguments.max_length.or(rules.max_length);
    rules.message = arguments.message.or(rules.message);
    one.rules = (rules != VariableRules::default()).then_some(rules);
    if let Some(condition) = arguments.shown_when {
        one.shown_when = Some(shown_when(&condition)?);
    }
    if let Some(output) = arguments.reference {
        one.reference = Some(reference(&output)?);
    }
    Ok(one)
}

/// JSON where it is some, and the text itself otherwise.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn shown_when(condition: &str) -> anyhow::Result<ShownWhen> {
    let Some((variable, equals)) = condition.split_once('=') else {
        let what = format!("\"{condition}\" is no condition");
        return Err(Failure::error(what, "Write it variable=value, as backup=true."));
    };
    Ok(ShownWhen {
        variable: variable.to_owned(),
        equals: value(equals),
    })
}

fn reference(text: &str) -> anyhow::Result<VariableReference> {
    let next = "Write it template.output, as network.network_id.";
    let Some((template, output)) = text.split_once('.') else {
        return Err(Failure::error(format!("\"{text}\" names no output"), next));
    };
    let template = template
        .parse()
        .map_err(|error| Failure::error(format!("\"{text}\" names no output: {error}"), next))?;
    Ok(VariableReference {
        template,
        output: output.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_conditions_and_outputs_are_read() {
        assert_eq!(value("2"), json!(2));
        assert_eq!(value("[\"a\"]"), json!(["a"]));
        assert_eq!(value("eu-west"), json!("eu-west"));
        assert_eq!(shown_when("backup=true").unwrap().equals, json!(true));
        assert!(shown_when("backup").is_err());
        assert_eq!(reference("network.id").unwrap().output, "id");
        assert!(reference("network").is_err());
    }
}
