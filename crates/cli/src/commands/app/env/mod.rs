//! `slipway app env`: what an app's units see.

mod dotenv;
mod history;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::apps::{App, AppEnv, AppEnvChange, AppVariable, NewAppVariable, UnsetAppVariable};
use slipway_api::ids::AppId;
use slipway_client::Client;

use super::super::variable::split_assignments;
use super::follow::{self, Waiting};
use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    List(ListArguments),
    Set(SetArguments),
    Unset(UnsetArguments),
    Import(ImportArguments),
    History(history::HistoryArguments),
    Restore(history::RestoreArguments),
}

/// List what an app's units see; the values of private variables are shown to nobody
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway app env list\n  slipway app env list web --output json")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    one: One,
}

/// Set variables; those that exist are changed
///
/// A name without a value is asked for without showing it, or read from stdin. Give secrets that way: the command line is
/// seen by other programs. The app is deployed anew with them, and that is followed, unless they are staged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app env set LOG_LEVEL=debug WORKERS=4
  slipway app env set API_KEY --private < key.txt
  slipway app env set QUEUE=slow --process worker --app web
  slipway app env set DATABASE_URL=ORDERS_DB_URL --alias
  slipway app env set FEATURE_X=on --staged")]
pub(crate) struct SetArguments {
    /// Names with their values, or a name alone
    #[arg(value_name = "NAME[=VALUE]", required = true)]
    assignments: Vec<String>,
    /// The values are names of other variables, whose values these have, whatever becomes of them
    #[arg(long, conflicts_with = "visibility")]
    alias: bool,
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    of: OfApp,
}

/// Take variables away; those that are not there are passed over
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app env unset LOG_LEVEL
  slipway app env unset QUEUE --process worker --app web --staged")]
pub(crate) struct UnsetArguments {
    /// Their names
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    of: OfApp,
}

/// Set what a dotenv file says: NAME=VALUE in each line
///
/// Values may be quoted, '…' as they are, "…" with \n and the like; $NAME in a value is not replaced.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app env import .env
  slipway app env import production.env --private --app web
  slipway app env import .env --managed-by ci --prune
  vault-export | slipway app env import - --private")]
pub(crate) struct ImportArguments {
    /// The file; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The tool that keeps these variables: it alone changes them from now on
    #[arg(long, value_name = "TOOL", default_value = "", hide_default_value = true)]
    managed_by: String,
    /// Take away what the tool kept before and the file does not name
    #[arg(long, requires = "managed_by")]
    prune: bool,
    #[command(flatten)]
    said: Said,
    #[command(flatten)]
    of: OfApp,
}

/// What is said about variables that are set.
#[derive(Debug, Args)]
struct Said {
    /// Show the values to nobody, from now on [default: as each was, and else not]
    #[arg(long, group = "visibility")]
    private: bool,
    /// Show the values to who may see variables
    #[arg(long, group = "visibility")]
    public: bool,
    #[command(flatten)]
    how: How,
}

/// For whom, and when.
#[derive(Debug, Args)]
struct How {
    /// Only for this process
    #[arg(long, value_name = "PROCESS", default_value = "", hide_default_value = true)]
    process: String,
    /// Let units run on with what they have; the next deploy or restart brings it to them
    #[arg(long)]
    staged: bool,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) async fn run(context: &Context, client: &Client, command: EnvCommand) -> anyhow::Result<Outcome> {
    match command {
        EnvCommand::List(arguments) => {
            let id = id_of(&arguments.one.find(context, client).await?)?;
            list(context, &client.app_env(id).await?)
        }
        EnvCommand::Set(arguments) => set(context, client, arguments).await,
        EnvCommand::Unset(arguments) => {
            let app = arguments.of.find(context, client).await?;
            let unset = |name: &String| UnsetAppVariable {
                name: name.clone(),
                process: arguments.how.process.clone(),
            };
            let change = AppEnvChange {
                unset: arguments.names.iter().map(unset).collect(),
                ..AppEnvChange::default()
            };
            let done = format!("unset {}", arguments.names.join(", "));
            carry_out(context, client, &app, (change, &arguments.how, &done)).await
        }
        EnvCommand::Import(arguments) => import(context, client, arguments).await,
        EnvCommand::History(arguments) => history::show(context, client, &arguments).await,
        EnvCommand::Restore(arguments) => history::restore(context, client, &arguments).await,
    }
}

async fn set(context: &Context, client: &Client, arguments: SetArguments) -> anyhow::Result<Outcome> {
    let assignments = split_assignments(&arguments.assignments)?;
    let without_value: Vec<&str> = assignments
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| *name)
        .collect();
    if without_value.len() > 1 && !context.environment.is_interactive() {
        let next = "Stdin has one value: set one variable at a time, or import a file.";
        return Err(Failure::error("several names have no value", next));
    }
    if let Some(name) = without_value.first().filter(|_| arguments.alias) {
        let next = format!("Write it as {name}=OTHER.");
        return Err(Failure::error(format!("{name} is an alias of nothing"), next));
    }
    let app = arguments.of.find(context, client).await?;
    let mut pairs = Vec::new();
    for (name, value) in assignments {
        let value = match value {
            Some(value) => value.to_owned(),
            None => prompt::secret(context, name)?,
        };
        pairs.push((name.to_owned(), value));
    }
    let set = match arguments.alias {
        true => pairs
            .into_iter()
            .map(|pair| alias(pair, &arguments.said.how.process))
            .collect(),
        false => values(client, id_of(&app)?, &arguments.said, pairs).await?,
    };
    let change = AppEnvChange {
        set,
        ..AppEnvChange::default()
    };
    let done = in_words(&change);
    carry_out(context, client, &app, (change, &arguments.said.how, &done)).await
}

async fn import(context: &Context, client: &Client, arguments: ImportArguments) -> anyhow::Result<Outcome> {
    let path = context.environment.directory.join(&arguments.file);
    let text = match arguments.file.as_os_str() == "-" {
        true => prompt::value_from_stdin()?,
        false => std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
    };
    let pairs = dotenv::read(&text).map_err(|error| {
        let next =
            "Write each variable as NAME=VALUE, in quotes where the value has blanks at its ends or several lines.";
        Failure::error(format!("{}, {error}", arguments.file.display()), next)
    })?;
    if pairs.is_empty() && !arguments.prune {
        let next = "Nothing was changed.";
        return Err(Failure::error(
            format!("{} sets nothing", arguments.file.display()),
            next,
        ));
    }
    let app = arguments.of.find(context, client).await?;
    let change = AppEnvChange {
        set: values(client, id_of(&app)?, &arguments.said, pairs).await?,
        managed_by: arguments.managed_by,
        prune: arguments.prune,
        ..AppEnvChange::default()
    };
    let done = in_words(&change);
    carry_out(context, client, &app, (change, &arguments.said.how, &done)).await
}

fn in_words(change: &AppEnvChange) -> String {
    let names: Vec<&str> = change.set.iter().map(|variable| variable.name.as_str()).collect();
    match names.is_empty() {
        true => "nothing is set".to_owned(),
        false => format!("set {}", names.join(", ")),
    }
}

fn alias((name, of): (String, String), process: &str) -> NewAppVariable {
    NewAppVariable {
        name,
        process: process.to_owned(),
        alias_of: Some(of),
        ..NewAppVariable::default()
    }
}

/// Variables with values. What was private stays so where nobody says otherwise, which is looked up.
async fn values(
    client: &Client,
    app: AppId,
    said: &Said,
    pairs: Vec<(String, String)>,
) -> anyhow::Result<Vec<NewAppVariable>> {
    let before = match said.private || said.public {
        true => Vec::new(),
        false => client.app_env(app).await?.attributes.variables,
    };
    let process = &said.how.process;
    let variable = |(name, value): (String, String)| NewAppVariable {
        is_private: said.private || was_private(&before, &name, process),
        name,
        process: process.clone(),
        value: Some(value),
        alias_of: None,
    };
    Ok(pairs.into_iter().map(variable).collect())
}

fn was_private(before: &[AppVariable], name: &str, process: &str) -> bool {
    let is_it = |variable: &&AppVariable| variable.name == name && variable.process == process;
    before.iter().find(is_it).is_some_and(|variable| variable.is_private)
}

/// Makes the change, and follows the deploy that brings it to the units.
async fn carry_out(
    context: &Context,
    client: &Client,
    app: &Resource<App>,
    (mut change, how, done): (AppEnvChange, &How, &str),
) -> anyhow::Result<Outcome> {
    let id: AppId = id_of(app)?;
    change.staged = how.staged;
    let env = client.change_app_env(id, change).await?;
    if context.output.is_json() {
        context.output.json(&env)?;
    }
    context.output.done(&format!("{done} for {}", app.attributes.name));
    follow::brought(context, client, app, (how.staged, &how.waiting)).await
}

fn list(context: &Context, env: &Resource<AppEnv>) -> anyhow::Result<Outcome> {
    if context.output.is_json() {
        context.output.json(env)?;
        return Ok(Outcome::Success);
    }
    let nothing = "No variables. Set one: slipway app env set NAME=VALUE";
    context.output.table(table(&env.attributes.variables), nothing)?;
    if env.attributes.is_pending {
        context
            .output
            .note("Units see former ones until the next deploy is live; `slipway app restart` makes one.");
    }
    Ok(Outcome::Success)
}

fn table(variables: &[AppVariable]) -> Table {
    let mut table = Table::new(&["name", "value", "process", "kept by"]);
    for variable in variables {
        let (value, tone) = match (&variable.value, &variable.alias_of) {
            (_, Some(other)) => (format!("(alias of {other})"), Some(Tone::Quiet)),
            (Some(value), None) => (one_line(value, 60), None),
            (None, None) => ("(private)".to_owned(), Some(Tone::Quiet)),
        };
        table.toned_row(vec![
            (variable.name.clone(), None),
            (value, tone),
            (variable.process.clone(), None),
            (variable.managed_by.clone(), None),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;

    fn variable(name: &str, process: &str, value: Option<&str>) -> AppVariable {
        AppVariable {
            name: name.to_owned(),
            process: process.to_owned(),
            value: value.map(str::to_owned),
            alias_of: None,
            is_private: value.is_none(),
            managed_by: String::new(),
        }
    }

    #[test]
    fn values_that_nobody_may_see_are_not_in_the_table() {
        let mut alias = variable("DATABASE_URL", "", None);
        alias.alias_of = Some("ORDERS_DB_URL".to_owned());
        alias.is_private = false;
        let mut kept = variable("REGION", "worker", Some("eu"));
        kept.managed_by = "ci".to_owned();
        let shown = table(&[variable("API_KEY", "", None), alias, kept]).render(&Style::plain());
        insta::assert_snapshot!(shown, @r"
        NAME          VALUE                     PROCESS  KEPT BY
        API_KEY       (private)
        DATABASE_URL  (alias of ORDERS_DB_URL)
        REGION        eu                        worker   ci
        ");
    }

    #[test]
    fn what_was_private_for_a_process_stays_so_there_alone() {
        let before = [variable("KEY", "", Some("x")), variable("KEY", "worker", None)];
        assert!(was_private(&before, "KEY", "worker"));
        assert!(!was_private(&before, "KEY", ""));
        assert!(!was_private(&before, "OTHER", ""));
    }
}
