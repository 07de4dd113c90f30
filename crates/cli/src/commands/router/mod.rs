//! `slipway router`: look at routers, and be one.

pub(super) mod start;

use clap::Subcommand;
use slipway_api::routers::{AppRouter, NewAppRouter};
use slipway_api::{Name, Resource};

use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, age, yes_no};

#[derive(Debug, Subcommand)]
pub(crate) enum RouterCommand {
    /// List the routers of the site, and whether they serve the newest table
    #[command(after_help = "Examples:\n  slipway router list")]
    List,
    /// Make a router, and print the token that it is started with
    #[command(after_help = "Examples:\n  slipway router create edge > router.token")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
    },
    /// Delete a router: its token counts no more
    #[command(after_help = "Examples:\n  slipway router delete edge")]
    Delete {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
    },
    Start(Box<start::StartArguments>),
}

pub(super) async fn run(context: &Context, command: RouterCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        RouterCommand::List => {
            let routers = client.app_routers().all().await?;
            let nothing = "No routers: the server takes requests to apps itself, or nobody does.";
            context.output.rows(&routers, nothing, table)?;
        }
        RouterCommand::Create { name } => {
            let made = client.create_app_router(NewAppRouter { name }).await?;
            if context.output.is_json() {
                context.output.json(&made)?;
            } else {
                context
                    .output
                    .line(made.attributes.token.as_deref().unwrap_or_default())?;
            }
        }
        RouterCommand::Delete { name } => {
            let routers = client.app_routers().all().await?;
            let found = routers.iter().find(|router| router.attributes.name == name);
            let missing = || {
                Failure::error(
                    format!("there is no router {name}"),
                    "See what there is: slipway router list",
                )
            };
            client.delete_app_router(id_of(found.ok_or_else(missing)?)?).await?;
            context.output.done(&format!("deleted the router {name}"));
        }
        RouterCommand::Start(_) => {}
    }
    Ok(Outcome::Success)
}

fn table(routers: &[Resource<AppRouter>]) -> Table {
    let mut table = Table::new(&["name", "connected", "up to date", "version", "heard of"]);
    for resource in routers {
        let router = &resource.attributes;
        let tone = if router.is_connected { Tone::Good } else { Tone::Bad };
        table.toned_row(vec![
            (router.name.to_string(), None),
            (yes_no(router.is_connected), Some(tone)),
            (yes_no(router.is_current), None),
            (router.program.clone(), None),
            (
                router.last_seen_at.map(|at| age(at, now())).unwrap_or_default(),
                Some(Tone::Quiet),
            ),
        ]);
    }
    table
}
