//! `slipway app env history` and `restore`: how the variables came to be so, and going back.

use clap::Args;
use slipway_api::Resource;
use slipway_api::apps::{AppEnvRecord, AppEnvRestore, AppVariableDifference, VariableDifference};
use slipway_client::Client;

use super::super::follow::{self, Waiting};
use super::super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, Tone, age, one_line};

/// List who changed which variables of an app, newest first; what is or was private is shown to nobody
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app env history
  slipway app env history web --limit 100 --output json")]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    one: One,
    /// How many changes at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
}

/// Set variables as they were after a former change, all at once
///
/// What binds give stays as it is now: where one of them gives a variable of a former name, that stays. The app is deployed anew, and
/// that is followed, unless they are staged. Nothing is done where they are the same as now.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app env restore 12
  slipway app env restore 12 --app web --staged")]
pub(crate) struct RestoreArguments {
    /// The number of the change; 0 is before the first
    #[arg(value_name = "NUMBER")]
    number: u32,
    #[command(flatten)]
    of: OfApp,
    /// Let units run on with what they have; the next deploy or restart brings it to them
    #[arg(long)]
    staged: bool,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) async fn show(context: &Context, client: &Client, arguments: &HistoryArguments) -> anyhow::Result<Outcome> {
    let id = id_of(&arguments.one.find(context, client).await?)?;
    let changes = client.app_env_changes(id).up_to(arguments.limit).await?;
    let nothing = "Nobody set a variable yet. Set one: slipway app env set NAME=VALUE";
    context.output.rows(&changes, nothing, table)?;
    Ok(Outcome::Success)
}

pub(super) async fn restore(
    context: &Context,
    client: &Client,
    arguments: &RestoreArguments,
) -> anyhow::Result<Outcome> {
    let app = arguments.of.find(context, client).await?;
    let id = id_of(&app)?;
    let before = client.app_env(id).await?.attributes.number;
    let wanted = AppEnvRestore {
        number: arguments.number,
        staged: arguments.staged,
    };
    let restored = client.restore_app_env(id, wanted).await?;
    let output = &context.output;
    if output.is_json() {
        output.json(&restored)?;
    }
    for one in &restored.attributes.left_out {
        output.warn(&format!(
            "{} is left out: {}",
            path(&one.process, &one.name),
            one.reason
        ));
    }
    let name = &app.attributes.name;
    if restored.attributes.number == before {
        output.note(&format!(
            "The variables of {name} are those of number {} already.",
            arguments.number
        ));
        return Ok(Outcome::Success);
    }
    output.done(&format!(
        "the variables of {name} are those of number {} again",
        arguments.number
    ));
    follow::brought(context, client, &app, (arguments.staged, &arguments.waiting)).await
}

/// A line for each variable; what is said of the change stands in its first.
fn table(changes: &[Resource<AppEnvRecord>]) -> Table {
    let mut table = Table::new(&["number", "age", "by", "variable", "what", "before", "after", "kept by"]);
    for change in changes {
        let record = &change.attributes;
        let mut head = vec![
            (record.number.to_string(), record.is_current.then_some(Tone::Good)),
            (age(record.created_at, now()), Some(Tone::Quiet)),
            (record.changed_by.clone(), None),
        ];
        if record.changes.is_empty() {
            table.toned_row(head.clone().into_iter().chain((0..5).map(|_| nothing())).collect());
        }
        for one in &record.changes {
            let mut row = std::mem::replace(&mut head, vec![nothing(), nothing(), nothing()]);
            row.push((path(&one.process, &one.name), None));
            row.push((one.difference.as_str().to_owned(), None));
            row.extend(values(one));
            row.push((one.managed_by.clone(), None));
            table.toned_row(row);
        }
    }
    table
}

type Cell = (String, Option<Tone>);

const fn nothing() -> Cell {
    (String::new(), None)
}

fn values(one: &AppVariableDifference) -> [Cell; 2] {
    let cell = |is_there: bool, value: &Option<String>, alias: &Option<String>| match (is_there, value, alias) {
        (false, ..) => nothing(),
        (true, _, Some(other)) => (format!("(alias of {other})"), Some(Tone::Quiet)),
        (true, Some(value), None) => (one_line(value, 40), None),
        (true, None, None) => ("(not shown)".to_owned(), Some(Tone::Quiet)),
    };
    let (was, is) = (
        one.difference != VariableDifference::Set,
        one.difference != VariableDifference::Unset,
    );
    [
        cell(was, &one.value_before, &one.alias_of_before),
        cell(is, &one.value, &one.alias_of),
    ]
}

fn path(process: &str, name: &str) -> String {
    match process {
        "" => name.to_owned(),
        process => format!("{process}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;

    fn difference(name: &str, difference: VariableDifference) -> AppVariableDifference {
        AppVariableDifference {
            name: name.to_owned(),
            process: String::new(),
            difference,
            is_private: false,
            managed_by: String::new(),
            value_before: None,
            value: None,
            alias_of_before: None,
            alias_of: None,
        }
    }

    #[test]
    fn a_change_is_a_line_for_each_variable() {
        let mut level = difference("LEVEL", VariableDifference::Changed);
        (level.value_before, level.value) = (Some("info".to_owned()), Some("debug".to_owned()));
        level.process = "worker".to_owned();
        let mut key = difference("API_KEY", VariableDifference::Set);
        (key.is_private, key.managed_by) = (true, "ci".to_owned());
        let mut url = difference("URL", VariableDifference::Unset);
        url.alias_of_before = Some("DB_URL".to_owned());
        let record = |number, changes| {
            let attributes = AppEnvRecord {
                number,
                is_current: number == 2,
                changed_by: "ada".to_owned(),
                created_at: now(),
                changes,
            };
            Resource::new(format!("appe-{number}"), attributes)
        };
        let shown = table(&[record(2, vec![key, url]), record(1, vec![level])]).render(&Style::plain());
        let shown: Vec<String> = shown
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            shown.get(1..),
            Some(
                &[
                    "2 now ada API_KEY set (not shown) ci".to_owned(),
                    "URL unset (alias of DB_URL)".to_owned(),
                    "1 now ada worker/LEVEL changed info debug".to_owned(),
                ][..]
            )
        );
    }
}
