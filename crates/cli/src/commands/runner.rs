//! `slipway runner`: look at runners, and be one.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::runner_pools::{Runner, RunnerStatus};
use url::Url;

use super::runner_pool::find_pool;
use crate::context::{Context, id_of};
use crate::environment::{Environment, now};
use crate::failure::{Failure, Outcome};
use crate::output::{Output, Table, Tone, age};

#[derive(Debug, Subcommand)]
pub(crate) enum RunnerCommand {
    /// List the runners of a pool, or of all pools of the organization
    #[command(after_help = "Examples:\n  slipway runner list\n  slipway runner list --pool build")]
    List {
        /// Only of this pool, by name or id
        #[arg(long, value_name = "POOL")]
        pool: Option<String>,
    },
    Start(StartArguments),
}

/// Be a runner: take work from a server and run it, until SIGTERM
///
/// Running work is finished before the process ends; a second signal ends it at once. The settings of the client
/// commands are not used.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway runner-pool create-token build > pool.token
  slipway runner start --server https://slipway.example.com --token-file pool.token
  slipway runner start --server https://slipway.example.com --token-file pool.token --slots 4 --label zone=b")]
pub(crate) struct StartArguments {
    /// The server's address
    #[arg(long, value_name = "URL", required_unless_present = "socket")]
    pub(crate) server: Option<Url>,
    /// A file with the pool's token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: PathBuf,
    /// The runner's name [default: the host's]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How much runs at once [default: by memory and processors]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) slots: Option<u32>,
    /// Where runs, caches and unsent logs are kept
    #[arg(long, value_name = "DIRECTORY", default_value = "/var/lib/slipway-runner")]
    pub(crate) data_dir: PathBuf,
    /// Something to know this runner by (repeatable)
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = parse_label)]
    pub(crate) labels: Vec<(String, String)>,
    /// Run even where this machine cannot keep runs apart from its files
    #[arg(long)]
    pub(crate) allow_unsandboxed: bool,
    /// Reach the server through this Unix socket
    #[arg(long, value_name = "PATH", hide = true)]
    pub(crate) socket: Option<PathBuf>,
    /// Started by the server on this machine
    #[arg(long, hide = true)]
    pub(crate) embedded: bool,
}

fn parse_label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

/// Becomes a runner.
pub(super) fn start(
    _arguments: StartArguments,
    _environment: &Environment,
    _output: &Output,
) -> anyhow::Result<Outcome> {
    Err(Failure::error("this build has no runner", "Build the whole project."))
}

pub(super) async fn run(context: &Context, command: RunnerCommand) -> anyhow::Result<Outcome> {
    let RunnerCommand::List { pool } = command else {
        return Ok(Outcome::Success);
    };
    let client = &context.client()?;
    let pools = match pool {
        Some(pool) => vec![find_pool(context, client, &pool).await?],
        None => client.runner_pools(context.organization()?).all().await?,
    };
    let mut runners = Vec::new();
    for pool in &pools {
        let found = client.runners(id_of(pool)?).all().await?;
        runners.extend(
            found
                .into_iter()
                .map(|runner| (pool.attributes.name.to_string(), runner)),
        );
    }
    if context.output.is_json() {
        context
            .output
            .json(&runners.iter().map(|(_, runner)| runner).collect::<Vec<_>>())?;
    } else {
        let nothing = "No runners. Start one with slipway runner start.";
        context.output.table(table(&runners), nothing)?;
    }
    Ok(Outcome::Success)
}

fn table(runners: &[(String, Resource<Runner>)]) -> Table {
    let mut table = Table::new(&[
        "name", "pool", "status", "running", "sandbox", "version", "heard of", "id",
    ])
    .numeric(3);
    for (pool, resource) in runners {
        let runner = &resource.attributes;
        let (status, tone) = match runner.status {
            RunnerStatus::Idle => ("idle", Tone::Good),
            RunnerStatus::Busy => ("busy", Tone::Active),
            RunnerStatus::Unknown => ("unknown", Tone::Bad),
            RunnerStatus::Exited => ("exited", Tone::Quiet),
        };
        table.toned_row(vec![
            (runner.name.clone(), None),
            (pool.clone(), None),
            (status.to_owned(), Some(tone)),
            (runner.running_count.to_string(), None),
            (runner.sandbox.clone(), None),
            (runner.version.clone(), None),
            (age(runner.last_ping_at, now()), None),
            (resource.id.clone(), Some(Tone::Quiet)),
        ]);
    }
    table
}
