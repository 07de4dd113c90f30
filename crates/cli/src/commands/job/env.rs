//! `slipway job env`: what a job's runs see.

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::ids::JobId;
use slipway_api::jobs::{JobEnv, JobEnvChange, JobVariable, NewJobVariable};
use slipway_client::Client;

use super::super::variable::split_assignments;
use super::find;
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::{Table, Tone, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// List what a job's runs see; the values of private variables are shown to nobody
    #[command(after_help = "Examples:\n  slipway job env list nightly\n  slipway job env list nightly --output json")]
    List {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// Set variables, which the next run sees; those that exist are changed
    ///
    /// A name without a value is asked for without showing it, or read from stdin. Give secrets that way: the command line is
    /// seen by other programs.
    #[command(after_help = "\
Examples:
  slipway job env set nightly LOG_LEVEL=debug WORKERS=4
  slipway job env set nightly API_KEY --private < key.txt
  slipway job env set nightly DATABASE_URL=ORDERS_DB_URL --alias")]
    Set {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// Names with their values, or a name alone
        #[arg(value_name = "NAME[=VALUE]", required = true)]
        assignments: Vec<String>,
        /// The values are names of other variables, whose values these have, whatever becomes of them
        #[arg(long, conflicts_with_all = ["private", "public"])]
        alias: bool,
        /// Show the values to nobody, from now on [default: as each was, and else not]
        #[arg(long)]
        private: bool,
        /// Show the values to who may see variables
        #[arg(long, conflicts_with = "private")]
        public: bool,
    },
    /// Take variables away; those that are not there are passed over
    #[command(after_help = "Examples:\n  slipway job env unset nightly LOG_LEVEL")]
    Unset {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// Their names
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
    },
}

pub(super) async fn run(context: &Context, client: &Client, command: EnvCommand) -> anyhow::Result<()> {
    match command {
        EnvCommand::List { job } => {
            let id = id_of(&find(context, client, &job).await?)?;
            show(context, &client.job_env(id).await?)
        }
        EnvCommand::Set {
            job,
            assignments,
            alias,
            private,
            public,
        } => {
            let id: JobId = id_of(&find(context, client, &job).await?)?;
            let pairs = pairs(context, &assignments, alias)?;
            let before = match alias || private || public {
                true => Vec::new(),
                false => client.job_env(id).await?.attributes.variables,
            };
            let was_private = |name: &str| before.iter().any(|one| one.name == name && one.is_private);
            let set = pairs.into_iter().map(|(name, value)| NewJobVariable {
                is_private: private || was_private(&name),
                name,
                value: (!alias).then(|| value.clone()),
                alias_of: alias.then_some(value),
            });
            let change = JobEnvChange {
                set: set.collect(),
                ..JobEnvChange::default()
            };
            let names: Vec<&str> = change.set.iter().map(|one| one.name.as_str()).collect();
            let done = format!("set {}", names.join(", "));
            carry_out(context, client, id, (change, &format!("{done}; the next run sees it"))).await
        }
        EnvCommand::Unset { job, names } => {
            let id = id_of(&find(context, client, &job).await?)?;
            let done = format!("unset {}", names.join(", "));
            let change = JobEnvChange {
                unset: names,
                ..JobEnvChange::default()
            };
            carry_out(context, client, id, (change, &done)).await
        }
    }
}

/// Names with their values; one without a value is asked for.
fn pairs(context: &Context, assignments: &[String], is_alias: bool) -> anyhow::Result<Vec<(String, String)>> {
    let assignments = split_assignments(assignments)?;
    let without = assignments.iter().filter(|(_, value)| value.is_none());
    let without: Vec<&str> = without.map(|(name, _)| *name).collect();
    if without.len() > 1 && !context.environment.is_interactive() {
        let next = "Stdin has one value: set one variable at a time.";
        return Err(Failure::error("several names have no value", next));
    }
    if let Some(name) = without.first().filter(|_| is_alias) {
        let next = format!("Write it as {name}=OTHER.");
        return Err(Failure::error(format!("{name} is an alias of nothing"), next));
    }
    let mut pairs = Vec::with_capacity(assignments.len());
    for (name, value) in assignments {
        let value = match value {
            Some(value) => value.to_owned(),
            None => prompt::secret(context, name)?,
        };
        pairs.push((name.to_owned(), value));
    }
    Ok(pairs)
}

async fn carry_out(
    context: &Context,
    client: &Client,
    job: JobId,
    (change, done): (JobEnvChange, &str),
) -> anyhow::Result<()> {
    let env = client.change_job_env(job, change).await?;
    if context.output.is_json() {
        return context.output.json(&env);
    }
    context.output.done(done);
    Ok(())
}

fn show(context: &Context, env: &Resource<JobEnv>) -> anyhow::Result<()> {
    if context.output.is_json() {
        return context.output.json(env);
    }
    let nothing = "No variables. Set one: slipway job env set JOB NAME=VALUE";
    Ok(context.output.table(table(&env.attributes.variables), nothing)?)
}

fn table(variables: &[JobVariable]) -> Table {
    let mut table = Table::new(&["name", "value", "kept by"]);
    for variable in variables {
        let (value, tone) = match (&variable.value, &variable.alias_of) {
            (_, Some(other)) => (format!("(alias of {other})"), Some(Tone::Quiet)),
            (Some(value), None) => (one_line(value, 60), None),
            (None, None) => ("(private)".to_owned(), Some(Tone::Quiet)),
        };
        table.toned_row(vec![
            (variable.name.clone(), None),
            (value, tone),
            (variable.managed_by.clone(), None),
        ]);
    }
    table
}
