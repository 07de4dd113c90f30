//! `slipway runner`: look at runners, and be one.

pub(super) mod start;

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::runner_pools::{Runner, RunnerStatus};

use super::runner_pool::find_pool;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, Tone, age};

#[derive(Debug, Subcommand)]
pub(crate) enum RunnerCommand {
    /// List the runners of a pool, or of all pools of the organization
    #[command(after_help = "Examples:\n  slipway runner list\n  slipway runner list --pool build")]
    List {
        /// Only of this pool, by name or id
        #[arg(long, value_name = "POOL")]
        pool: Option<String>,
    },
    Start(Box<start::StartArguments>),
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
        let nothing = "No runners in the organization's own pools. Start one with slipway runner start.";
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
