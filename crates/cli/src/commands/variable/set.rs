//! `slipway variable set`

use clap::Args;
use slipway_api::Resource;
use slipway_api::variables::{Variable, VariableSettings};
use slipway_client::Client;

use super::{Owner, category, find};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// Set variables; those that exist are changed
///
/// A name without a value is asked for without showing it, or read from stdin. Give secrets that way: the command
/// line is seen by other programs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway variable set region=eu size=3
  slipway variable set password --sensitive
  slipway variable set key --sensitive < key.pem
  slipway variable set AWS_REGION=eu-west-1 --env
  slipway variable set zones='[1,2]' --hcl
  slipway variable set region=eu --set shared")]
pub(crate) struct SetArguments {
    /// Names with their values, or a name alone
    #[arg(value_name = "NAME[=VALUE]", required = true)]
    assignments: Vec<String>,
    /// The values are secrets: never shown again
    #[arg(long)]
    sensitive: bool,
    /// Environment variables of the engine instead of inputs of the configuration
    #[arg(long)]
    env: bool,
    /// The values are HCL expressions instead of plain texts
    #[arg(long)]
    hcl: bool,
    /// What they are for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// In this variable set, by name or id, instead of the workspace
    #[arg(long, value_name = "SET")]
    set: Option<String>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &SetArguments) -> anyhow::Result<Outcome> {
    let assignments = split(&arguments.assignments)?;
    let without_value = assignments.iter().filter(|(_, value)| value.is_none()).count();
    if without_value > 1 && !context.environment.is_interactive() {
        let next = "Stdin has one value: set one variable at a time.";
        return Err(Failure::error("several names have no value", next));
    }
    let owner = Owner::find(context, client, arguments.set.as_deref()).await?;
    let existing = owner.variables(client).await?;
    let mut written = Vec::new();
    for (key, value) in assignments {
        let value = match value {
            Some(value) => value.to_owned(),
            None => prompt::secret(context, key)?,
        };
        written.push(write(client, owner, &existing, arguments, (key, value)).await?);
        context.output.done(&format!("set {key}"));
    }
    if context.output.is_json() {
        context.output.json(&written)?;
    }
    Ok(Outcome::Success)
}

async fn write(
    client: &Client,
    owner: Owner,
    existing: &[Resource<Variable>],
    arguments: &SetArguments,
    (key, value): (&str, String),
) -> anyhow::Result<Resource<Variable>> {
    let before = find(existing, key, category(arguments.env));
    // A flag that is not given leaves what the variable has.
    let flag = |given: bool| (given || before.is_none()).then_some(given);
    let settings = VariableSettings {
        key: before.is_none().then(|| key.to_owned()),
        value: Some(value),
        category: before.is_none().then(|| category(arguments.env)),
        hcl: flag(arguments.hcl),
        sensitive: flag(arguments.sensitive),
        description: arguments.description.clone(),
    };
    Ok(match before {
        Some(variable) => owner.update(client, id_of(variable)?, settings).await?,
        None => owner.create(client, settings).await?,
    })
}

/// Names with their values; a name alone has none.
pub(in crate::commands) fn split(assignments: &[String]) -> anyhow::Result<Vec<(&str, Option<&str>)>> {
    let mut pairs: Vec<(&str, Option<&str>)> = Vec::new();
    for text in assignments {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (text.as_str(), None),
        };
        if key.is_empty() {
            return Err(Failure::error(
                format!("\"{text}\" has no name"),
                "Write it as NAME=VALUE.",
            ));
        }
        if pairs.iter().any(|(other, _)| *other == key) {
            return Err(Failure::error(format!("{key} is given twice"), "Give each name once."));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_values_and_bare_names_are_told_apart() {
        let texts = ["region=eu", "empty=", "query=a=b", "password"].map(str::to_owned);
        let expected = [
            ("region", Some("eu")),
            ("empty", Some("")),
            ("query", Some("a=b")),
            ("password", None),
        ];
        assert_eq!(split(&texts).unwrap(), expected);
        assert!(split(&["=x".to_owned()]).is_err());
        assert!(
            split(&["a=1".to_owned(), "a=2".to_owned()])
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
    }
}
