//! `slipway run cancel`

use clap::Args;
use slipway_api::ids::RunId;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// Ask a run to stop; the engine ends what it has begun and saves the state
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run cancel run-1k9x3c0q8fz2m4ab
  slipway run cancel run-1k9x3c0q8fz2m4ab --force --yes")]
pub(crate) struct CancelArguments {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
    /// Stop it without waiting for the engine; what it was changing may be lost from the state
    #[arg(long)]
    force: bool,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &CancelArguments) -> anyhow::Result<Outcome> {
    if arguments.force {
        let question = format!(
            "Stop {} without waiting? What it changes now may be lost from the state.",
            arguments.run
        );
        if !prompt::confirm(context, arguments.yes, &question)? {
            return Err(Failure::error(
                "nothing was done",
                "Without --force the engine saves the state before it stops.",
            ));
        }
    }
    client
        .cancel_run(arguments.run, arguments.force, &arguments.comment)
        .await?;
    let done = if arguments.force { "stopped" } else { "asked to stop:" };
    context.output.done(&format!("{done} {}", arguments.run));
    Ok(Outcome::Success)
}
