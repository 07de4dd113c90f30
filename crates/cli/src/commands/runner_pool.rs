//! `slipway runner-pool`

use clap::{Args, Subcommand};
use slipway_api::ids::RunnerPoolId;
use slipway_api::runner_pools::{RunnerPool, RunnerPoolSettings};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::token::{NewTokenArguments, print_new_token, token_table};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum RunnerPoolCommand {
    /// List the organization's runner pools
    #[command(after_help = "Examples:\n  slipway runner-pool list")]
    List,
    /// Show a runner pool
    #[command(after_help = "Examples:\n  slipway runner-pool show build")]
    Show {
        /// The pool, by name or id
        #[arg(value_name = "POOL")]
        pool: String,
    },
    /// Create a runner pool
    #[command(after_help = "Examples:\n  slipway runner-pool create build --shared true")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Change a runner pool
    #[command(after_help = "Examples:\n  slipway runner-pool update build --new-name build-eu")]
    Update {
        /// The pool, by name or id
        #[arg(value_name = "POOL")]
        pool: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Delete a runner pool
    #[command(after_help = "Examples:\n  slipway runner-pool delete build --yes")]
    Delete {
        /// The pool, by name or id
        #[arg(value_name = "POOL")]
        pool: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// List the tokens that the pool's runners sign in with
    #[command(after_help = "Examples:\n  slipway runner-pool tokens build")]
    Tokens {
        /// The pool, by name or id
        #[arg(value_name = "POOL")]
        pool: String,
    },
    /// Make a token for the pool's runners; it is printed once, on stdout
    #[command(after_help = "\
Examples:
  slipway runner-pool create-token build > pool.token
  slipway runner-pool create-token build --description rack-7 --expires 90d")]
    CreateToken {
        /// The pool, by name or id
        #[arg(value_name = "POOL")]
        pool: String,
        #[command(flatten)]
        token: NewTokenArguments,
    },
}

/// Settings of a new pool, or changes to one.
#[derive(Debug, Clone, Args)]
pub(crate) struct SettingArguments {
    /// Whether every workspace of the organization may use it
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    shared: Option<bool>,
}

impl SettingArguments {
    fn settings(&self, name: Option<Name>) -> RunnerPoolSettings {
        RunnerPoolSettings {
            name,
            organization_scoped: self.shared,
        }
    }
}

pub(super) async fn run(context: &Context, command: RunnerPoolCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        RunnerPoolCommand::List => {
            let pools = client.runner_pools(context.organization()?).all().await?;
            context.output.rows(
                &pools,
                "No runner pools of the organization's own; runs use the site's.",
                table,
            )?;
        }
        RunnerPoolCommand::Show { pool } => show(context, &find_pool(context, client, &pool).await?)?,
        RunnerPoolCommand::Create { name, settings } => {
            let settings = settings.settings(Some(name));
            show(
                context,
                &client.create_runner_pool(context.organization()?, settings).await?,
            )?;
        }
        RunnerPoolCommand::Update {
            pool,
            new_name,
            settings,
        } => {
            let id = id_of(&find_pool(context, client, &pool).await?)?;
            show(
                context,
                &client.update_runner_pool(id, settings.settings(new_name)).await?,
            )?;
        }
        RunnerPoolCommand::Delete { pool, yes } => return delete(context, client, &pool, yes).await,
        RunnerPoolCommand::Tokens { pool } => {
            let id = id_of(&find_pool(context, client, &pool).await?)?;
            let tokens = client.runner_pool_tokens(id).all().await?;
            context.output.rows(
                &tokens,
                "No tokens. Make one: slipway runner-pool create-token POOL",
                token_table,
            )?;
        }
        RunnerPoolCommand::CreateToken { pool, token } => {
            let id = id_of(&find_pool(context, client, &pool).await?)?;
            print_new_token(context, &client.create_runner_pool_token(id, token.token()).await?)?;
        }
    }
    Ok(Outcome::Success)
}

async fn delete(context: &Context, client: &Client, pool: &str, yes: bool) -> anyhow::Result<Outcome> {
    let pool = find_pool(context, client, pool).await?;
    let (name, runners) = (&pool.attributes.name, pool.attributes.agent_count);
    let question = match runners {
        0 => format!("Delete the runner pool {name}?"),
        _ => format!("{runners} runners are connected to {name}. Delete it?"),
    };
    if !prompt::confirm(context, yes, &question)? {
        return Err(Failure::error(
            "nothing was deleted",
            "The runner pool stays as it was.",
        ));
    }
    client.delete_runner_pool(id_of(&pool)?).await?;
    context.output.done(&format!("deleted the runner pool {name}"));
    Ok(Outcome::Success)
}

/// The pool of this id or name.
pub(super) async fn find_pool(context: &Context, client: &Client, text: &str) -> anyhow::Result<Resource<RunnerPool>> {
    if let Ok(id) = text.parse::<RunnerPoolId>() {
        return Ok(client.runner_pool(id).await?);
    }
    let pools = client.runner_pools(context.organization()?).all().await?;
    pools
        .into_iter()
        .find(|pool| pool.attributes.name.as_str() == text)
        .ok_or_else(|| {
            Failure::error(
                format!("there is no runner pool {text} that you can see"),
                "See what there is: slipway runner-pool list",
            )
        })
}

fn table(pools: &[Resource<RunnerPool>]) -> Table {
    let mut table = Table::new(&["name", "id", "runners", "shared", "age"]).numeric(2);
    for resource in pools {
        let pool = &resource.attributes;
        table.row(vec![
            pool.name.to_string(),
            resource.id.clone(),
            pool.agent_count.to_string(),
            yes_no(pool.organization_scoped),
            age(pool.created_at, now()),
        ]);
    }
    table
}

fn show(context: &Context, pool: &Resource<RunnerPool>) -> anyhow::Result<()> {
    context.output.one(pool, |resource| {
        let pool = &resource.attributes;
        vec![
            ("Name", pool.name.to_string()),
            ("Id", resource.id.clone()),
            ("Connected runners", pool.agent_count.to_string()),
            ("For all workspaces", yes_no(pool.organization_scoped)),
            ("Age", age(pool.created_at, now())),
        ]
    })
}
