//! `slipway pool`: where apps run.

use clap::Subcommand;
use slipway_api::ids::PoolId;
use slipway_api::pools::{NewPool, Pool, PoolChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// List the pools that the organization's apps may be put into
    #[command(after_help = "Examples:\n  slipway pool list\n  slipway pool list --output json")]
    List,
    /// Create a pool on a cluster
    #[command(after_help = "\
Examples:
  slipway pool create production --cluster local
  slipway pool create shared --cluster local --default --shared")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// The cluster [default: the only one]
        #[arg(long, value_name = "CLUSTER")]
        cluster: Option<Name>,
        /// Put apps here that name no pool
        #[arg(long)]
        default: bool,
        /// Give it to every organization, which only site administrators may
        #[arg(long)]
        shared: bool,
    },
    /// Change a pool
    #[command(after_help = "\
Examples:
  slipway pool update production --default true
  slipway pool update production --new-name live")]
    Update {
        /// The pool
        #[arg(value_name = "POOL")]
        pool: Name,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        /// Whether apps are put here that name no pool
        #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
        default: Option<bool>,
    },
    /// Delete a pool that no app is in
    #[command(after_help = "Examples:\n  slipway pool delete production --yes")]
    Delete {
        /// The pool
        #[arg(value_name = "POOL")]
        pool: Name,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: PoolCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let organization = context.organization()?;
    match command {
        PoolCommand::List => {
            let pools = client.pools(organization).all().await?;
            let nothing =
                "No pools: the server has found no Docker Engine, or has not looked yet. See slipway cluster list.";
            context.output.rows(&pools, nothing, table)?;
        }
        PoolCommand::Create {
            name,
            cluster,
            default,
            shared,
        } => {
            let new = NewPool {
                name,
                cluster,
                is_default: default,
                is_shared: shared,
            };
            let pool = client.create_pool(organization, new).await?;
            context.output.rows(&[pool], "", table)?;
        }
        PoolCommand::Update {
            pool,
            new_name,
            default,
        } => {
            let id = find_pool(client, organization, &pool).await?;
            let changes = PoolChanges {
                name: new_name,
                is_default: default,
            };
            let pool = client.update_pool(id, changes).await?;
            context.output.rows(&[pool], "", table)?;
        }
        PoolCommand::Delete { pool, yes } => {
            let id = find_pool(client, organization, &pool).await?;
            if !prompt::confirm(context, yes, &format!("Delete the pool {pool}?"))? {
                return Err(Failure::error("nothing was deleted", "The pool stays as it was."));
            }
            client.delete_pool(id).await?;
            context.output.done(&format!("deleted the pool {pool}"));
        }
    }
    Ok(Outcome::Success)
}

/// The id of the pool of this name; the organization's own where the site has one of it too.
pub(super) async fn find_pool(client: &Client, organization: &Name, name: &Name) -> anyhow::Result<PoolId> {
    let mut pools = client.pools(organization).all().await?;
    pools.sort_by_key(|pool| pool.attributes.is_shared);
    let found = pools.iter().find(|pool| pool.attributes.name == *name);
    let missing = || {
        let what = format!("organization {organization} has no pool {name} that you can see");
        Failure::error(what, "See what there is: slipway pool list")
    };
    id_of(found.ok_or_else(missing)?)
}

fn table(pools: &[Resource<Pool>]) -> Table {
    let mut table = Table::new(&["name", "cluster", "default", "shared", "age"]);
    for resource in pools {
        let pool = &resource.attributes;
        table.row(vec![
            pool.name.to_string(),
            pool.cluster.to_string(),
            yes_no(pool.is_default),
            yes_no(pool.is_shared),
            age(pool.created_at, now()),
        ]);
    }
    table
}
