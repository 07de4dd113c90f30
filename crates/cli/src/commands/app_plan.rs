//! `slipway app-plan`: how much each unit of an app may take.

use clap::{Args, Subcommand};
use slipway_api::pools::{AppPlan, AppPlanChanges, NewAppPlan};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::amounts::{Burst, Memory, Processor, burst, memory, processor};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum AppPlanCommand {
    /// List the plans that the organization's apps may have
    #[command(after_help = "Examples:\n  slipway app-plan list\n  slipway app-plan list --output json")]
    List,
    /// Create a plan
    #[command(after_help = "\
Examples:
  slipway app-plan create tiny --memory 64MiB --processor 0.1
  slipway app-plan create huge --memory 8GiB --processor 4 --burst 1.5 --shared")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        #[command(flatten)]
        amounts: Amounts,
        /// Give it to apps that name no plan, in place of the one before
        #[arg(long)]
        default: bool,
        /// Give it to every organization, which only site administrators may
        #[arg(long)]
        shared: bool,
    },
    /// Change a plan; apps that have it take that over with their next deploy or restart
    #[command(after_help = "\
Examples:
  slipway app-plan update small --memory 384MiB
  slipway app-plan update medium --default true")]
    Update {
        /// The plan
        #[arg(value_name = "PLAN")]
        plan: Name,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        #[command(flatten)]
        amounts: Amounts,
        /// Whether apps have it that name no plan
        #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
        default: Option<bool>,
    },
    /// Delete a plan that no app has
    #[command(after_help = "Examples:\n  slipway app-plan delete tiny --yes")]
    Delete {
        /// The plan
        #[arg(value_name = "PLAN")]
        plan: Name,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// How much.
#[derive(Debug, Clone, Args)]
pub(crate) struct Amounts {
    /// Memory: 512MiB, 1.5GiB; 0 for as much as there is
    #[arg(long, value_name = "AMOUNT")]
    memory: Option<Memory>,
    /// Parts of a processor: 0.25, 2; 0 for as much as there is
    #[arg(long, value_name = "NUMBER")]
    processor: Option<Processor>,
    /// How much more of a processor while others leave it: 1.5 for half as much again; 1 for nothing more
    #[arg(long, value_name = "NUMBER")]
    burst: Option<Burst>,
}

pub(super) async fn run(context: &Context, command: AppPlanCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        AppPlanCommand::List => {
            let plans = client.app_plans(context.organization()?).all().await?;
            context.output.rows(&plans, "No plans.", table)?;
        }
        AppPlanCommand::Create {
            name,
            amounts,
            default,
            shared,
        } => {
            let new = NewAppPlan {
                name,
                memory: amounts.memory.map_or(0, |memory| memory.0),
                processor: amounts.processor.map_or(0, |processor| processor.0),
                burst: amounts.burst.map(|burst| burst.0),
                is_default: default,
                is_shared: shared,
            };
            let plan = client.create_app_plan(context.organization()?, new).await?;
            context.output.rows(&[plan], "", table)?;
        }
        AppPlanCommand::Update {
            plan,
            new_name,
            amounts,
            default,
        } => {
            let changes = AppPlanChanges {
                name: new_name,
                memory: amounts.memory.map(|memory| memory.0),
                processor: amounts.processor.map(|processor| processor.0),
                burst: amounts.burst.map(|burst| burst.0),
                is_default: default,
            };
            let id = id_of(&find(context, client, &plan).await?)?;
            let plan = client.update_app_plan(id, changes).await?;
            context.output.rows(&[plan], "", table)?;
        }
        AppPlanCommand::Delete { plan, yes } => {
            let found = find(context, client, &plan).await?;
            if !prompt::confirm(context, yes, &format!("Delete the plan {plan}?"))? {
                return Err(Failure::error("nothing was deleted", "The plan stays as it was."));
            }
            client.delete_app_plan(id_of(&found)?).await?;
            context.output.done(&format!("deleted the plan {plan}"));
        }
    }
    Ok(Outcome::Success)
}

/// The plan of this name; the organization's own where the site has one of it too.
async fn find(context: &Context, client: &Client, name: &Name) -> anyhow::Result<Resource<AppPlan>> {
    let mut plans = client.app_plans(context.organization()?).all().await?;
    plans.sort_by_key(|plan| plan.attributes.is_shared);
    let found = plans.into_iter().find(|plan| plan.attributes.name == *name);
    found.ok_or_else(|| {
        Failure::error(
            format!("there is no plan {name} that you can see"),
            "See what there is: slipway app-plan list",
        )
    })
}

fn table(plans: &[Resource<AppPlan>]) -> Table {
    let mut table = Table::new(&["name", "memory", "processor", "burst", "default", "shared"]);
    for resource in plans {
        let plan = &resource.attributes;
        table.row(vec![
            plan.name.to_string(),
            memory(plan.memory),
            processor(plan.processor),
            burst(plan.burst),
            yes_no(plan.is_default),
            yes_no(plan.is_shared),
        ]);
    }
    table
}
