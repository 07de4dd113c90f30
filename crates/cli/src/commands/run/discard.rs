//! `slipway run discard`

use clap::Args;
use slipway_api::ids::RunId;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::Outcome;

/// Throw a run's plan away; nothing is changed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run discard run-1k9x3c0q8fz2m4ab
  slipway run discard run-1k9x3c0q8fz2m4ab --comment outdated")]
pub(crate) struct DiscardArguments {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &DiscardArguments) -> anyhow::Result<Outcome> {
    client.discard_run(arguments.run, &arguments.comment).await?;
    context.output.done(&format!("discarded {}", arguments.run));
    Ok(Outcome::Success)
}
