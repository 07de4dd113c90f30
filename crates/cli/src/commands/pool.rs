//! `slipway pool`: where apps run.

use clap::Subcommand;
use slipway_api::ids::PoolId;
use slipway_api::pools::Pool;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
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

/// The id of the pool of this name.
pub(super) async fn find_pool(client: &Client, organization: &Name, name: &Name) -> anyhow::Result<PoolId> {
    let pools = client.pools(organization).all().await?;
    let found = pools.iter().find(|pool| pool.attributes.name == *name);
    let missing = || {
        let what = format!("organization {organization} has no pool {name} that you can see");
        Failure::error(what, "See what there is: slipway pool list")
    };
    id_of(found.ok_or_else(missing)?)
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
