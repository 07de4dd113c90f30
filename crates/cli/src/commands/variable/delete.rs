//! `slipway variable delete`

use clap::Args;
use slipway_client::Client;

use super::{Owner, category, find};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// Delete variables
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway variable delete region
  slipway variable delete AWS_REGION --env --yes
  slipway variable delete region --set shared")]
pub(crate) struct DeleteArguments {
    /// Their names
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Environment variables of the engine instead of inputs of the configuration
    #[arg(long)]
    env: bool,
    /// In this variable set, by name or id, instead of the workspace
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &DeleteArguments) -> anyhow::Result<Outcome> {
    let owner = Owner::find(context, client, arguments.set.as_deref()).await?;
    let variables = owner.variables(client).await?;
    let mut ids = Vec::new();
    for name in &arguments.names {
        let found = find(&variables, name, category(arguments.env)).ok_or_else(|| {
            Failure::error(
                format!("there is no variable {name}"),
                "See what there is: slipway variable list",
            )
        })?;
        ids.push((name, id_of(found)?));
    }
    let question = format!("Delete {}?", arguments.names.join(", "));
    if !prompt::confirm(context, arguments.yes, &question)? {
        return Err(Failure::error(
            "nothing was deleted",
            "The variables stay as they were.",
        ));
    }
    for (name, id) in ids {
        owner.delete(client, id).await?;
        context.output.done(&format!("deleted {name}"));
    }
    Ok(Outcome::Success)
}
