//! `slipway state outputs`

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use slipway_api::Resource;
use slipway_api::states::StateOutput;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::run_flow::render_outputs;

/// Print the outputs of the current state
///
/// With NAME only that one, sensitive or not; --raw prints a text without quotes, for scripts. With -o json the shape is
/// that of `tofu output -json`, sensitive values included.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state outputs
  slipway state outputs -o json
  slipway state outputs password --raw")]
pub(crate) struct OutputsArguments {
    /// Only this output
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The value as plain text
    #[arg(long, requires = "name")]
    raw: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &OutputsArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let outputs = client.current_outputs(workspace).all().await?;
    let output = &context.output;
    if let Some(name) = &arguments.name {
        let found = outputs
            .iter()
            .find(|output| output.attributes.name == *name)
            .ok_or_else(|| missing(name, &outputs))?;
        if output.is_json() && !arguments.raw {
            output.json(found)?;
        } else {
            output.line(&text(&found.attributes, arguments.raw)?)?;
        }
    } else if output.is_json() {
        output.json(&as_engine(outputs))?;
    } else if outputs.is_empty() {
        output.note("No outputs. The configuration's output blocks make them, at the next slipway apply.");
    } else {
        output.data(&render_outputs(&outputs))?;
    }
    Ok(Outcome::Success)
}

/// The outputs as the engine's own `output -json` has them, so that scripts written for it go on working.
fn as_engine(outputs: Vec<Resource<StateOutput>>) -> BTreeMap<String, Value> {
    let entry = |output: Resource<StateOutput>| {
        let StateOutput {
            name,
            sensitive,
            kind,
            value,
        } = output.attributes;
        (name, json!({ "sensitive": sensitive, "type": kind, "value": value }))
    };
    outputs.into_iter().map(entry).collect()
}

fn text(output: &StateOutput, raw: bool) -> anyhow::Result<String> {
    match &output.value {
        Value::Null if output.sensitive => {
            let what = format!("the output {} is sensitive and you may not read the state", output.name);
            Err(Failure::error(
                what,
                "Ask for the permission to read states of this workspace.",
            ))
        }
        Value::String(text) if raw => Ok(text.clone()),
        value @ (Value::Array(_) | Value::Object(_)) if raw => {
            let what = format!(
                "the output {} is no plain value: {}",
                output.name,
                value.to_string().chars().take(40).collect::<String>()
            );
            Err(Failure::error(what, "Print it as JSON: -o json instead of --raw."))
        }
        value => Ok(serde_json::to_string_pretty(value)?),
    }
}

fn missing(name: &str, outputs: &[Resource<StateOutput>]) -> anyhow::Error {
    let names: Vec<&str> = outputs.iter().map(|output| output.attributes.name.as_str()).collect();
    let known = if names.is_empty() {
        "There are no outputs.".to_owned()
    } else {
        format!("There are: {}.", names.join(", "))
    };
    Failure::error(format!("there is no output \"{name}\""), known)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn output(sensitive: bool, value: Value) -> StateOutput {
        StateOutput {
            name: "x".to_owned(),
            sensitive,
            kind: "any".to_owned(),
            value,
        }
    }

    #[test]
    fn a_named_output_is_printed_for_scripts() {
        assert_eq!(text(&output(true, json!("s3cret")), true).unwrap(), "s3cret");
        assert_eq!(text(&output(false, json!("a")), false).unwrap(), "\"a\"");
        assert_eq!(text(&output(false, json!(3)), true).unwrap(), "3");
        assert!(
            text(&output(true, Value::Null), true)
                .unwrap_err()
                .to_string()
                .contains("sensitive")
        );
        assert!(text(&output(false, json!([1])), true).is_err());
    }
}
