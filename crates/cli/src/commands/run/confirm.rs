//! `slipway run confirm`

use clap::Args;
use slipway_api::ids::RunId;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::Outcome;

/// Confirm a run's plan, so that it is applied
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run confirm run-1k9x3c0q8fz2m4ab
  slipway run confirm run-1k9x3c0q8fz2m4ab --comment approved")]
pub(crate) struct ConfirmArguments {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ConfirmArguments) -> anyhow::Result<Outcome> {
    client.confirm_run(arguments.run, &arguments.comment).await?;
    context.output.done(&format!("confirmed {}", arguments.run));
    context
        .output
        .note(&format!("  follow it: slipway run logs --follow {}", arguments.run));
    Ok(Outcome::Success)
}
