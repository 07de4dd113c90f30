//! `slipway pool`: where apps run.

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::pools::Pool;

use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// List the pools that the organization's apps may be put into
    #[command(after_help = "Examples:\n  slipway pool list\n  slipway pool list --output json")]
    List,
}

pub(super) async fn run(context: &Context, command: PoolCommand) -> anyhow::Result<Outcome> {
    let PoolCommand::List = command;
    let pools = context.client()?.pools(context.organization()?).all().await?;
    let nothing = "No pools: the server has found no Docker Engine, or has not looked yet. See slipway cluster list.";
    context.output.rows(&pools, nothing, table)?;
    Ok(Outcome::Success)
}

fn table(pools: &[Resource<Pool>]) -> Table {
    let mut table = Table::new(&["name", "cluster", "default", "age"]);
    for resource in pools {
        let pool = &resource.attributes;
        table.row(vec![
            pool.name.to_string(),
            pool.cluster.to_string(),
            yes_no(pool.is_default),
            age(pool.created_at, now()),
        ]);
    }
    table
}
