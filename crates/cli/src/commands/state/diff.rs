//! `slipway state diff`

use clap::Args;
use serde_json::Value;
use slipway_api::states::{AttributeChange, StateDiff};
use slipway_client::Client;

use super::{VersionReference, find_version};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::{Style, Tone, clean};

/// Show what differs between two versions of the state
///
/// Without arguments: between the current version and the one before. With one: between it and the one before.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state diff
  slipway state diff 11 14
  slipway state diff sv-1k9x3c0q8fz2m4ab 14 -o json")]
pub(crate) struct DiffArguments {
    /// The version, or the older of two: serial number or id
    #[arg(value_name = "FROM")]
    first: Option<VersionReference>,
    /// The newer version
    #[arg(value_name = "TO")]
    second: Option<VersionReference>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let (from, to) = match (arguments.first, arguments.second) {
        (Some(from), Some(to)) => (Some(from), Some(to)),
        (only, _) => (None, only),
    };
    let to = find_version(client, workspace, to).await?;
    let from = match from {
        Some(from) => Some(id_of(&find_version(client, workspace, Some(from)).await?)?),
        None => None,
    };
    let diff = client.state_diff(from, id_of(&to)?).await?;
    if context.output.is_json() {
        context.output.json(&diff)?;
    } else {
        context
            .output
            .data(&render(&diff.attributes, &context.output.data_style))?;
    }
    Ok(Outcome::Success)
}

fn render(diff: &StateDiff, style: &Style) -> String {
    let from = diff
        .from_serial
        .map_or("nothing".to_owned(), |serial| format!("serial {serial}"));
    let mut text = format!("From {from} to serial {}:\n", diff.to_serial);
    if diff.changes.is_empty() {
        text.push_str("  no difference\n");
    }
    for change in &diff.changes {
        let (sign, tone) = match change.kind.as_str() {
            "added" => ("+", Tone::Good),
            "removed" => ("-", Tone::Bad),
            _ => ("~", Tone::Attention),
        };
        text.push_str(&style.paint(&format!("  {sign} {}", clean(&change.address)), tone));
        text.push('\n');
        for attribute in &change.attributes {
            text.push_str(&format!("      {}\n", clean(&line(attribute))));
        }
    }
    text
}

fn line(change: &AttributeChange) -> String {
    if change.sensitive {
        return format!("{}: (sensitive)", change.path);
    }
    match (&change.before, &change.after) {
        (Value::Null, after) => format!("{}: {after}", change.path),
        (before, Value::Null) => format!("{}: {before} -> (gone)", change.path),
        (before, after) => format!("{}: {before} -> {after}", change.path),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_shows_signs_and_hides_secrets() {
        let diff: StateDiff = serde_json::from_value(json!({"from-serial": 3, "to-serial": 4, "changes": [
            {"address": "random_pet.a", "kind": "added", "attributes": [{"path": "id", "before": null, "after": "dog", "sensitive": false}]},
            {"address": "random_pet.b", "kind": "removed", "attributes": []},
            {"address": "output.password", "kind": "changed", "attributes": [{"path": "value", "before": null, "after": null, "sensitive": true}]},
            {"address": "a.c", "kind": "changed", "attributes": [{"path": "length", "before": 2, "after": 3, "sensitive": false}]}]})).unwrap();
        insta::assert_snapshot!(render(&diff, &Style::plain()), @r#"
        From serial 3 to serial 4:
          + random_pet.a
              id: "dog"
          - random_pet.b
          ~ output.password
              value: (sensitive)
          ~ a.c
              length: 2 -> 3
        "#);
    }
}
