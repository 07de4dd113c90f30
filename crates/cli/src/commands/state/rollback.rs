//! `slipway state rollback`

use clap::Args;
use slipway_client::Client;

use super::{VersionReference, find_version};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// Make an older state current again, as a new version
///
/// Only the record changes; real resources do not. Plan afterwards to see the difference.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state rollback 12
  slipway state rollback sv-1k9x3c0q8fz2m4ab --yes")]
pub(crate) struct RollbackArguments {
    /// The version: its serial number or id
    #[arg(value_name = "VERSION")]
    version: VersionReference,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &RollbackArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let version = find_version(client, workspace, Some(arguments.version)).await?;
    let serial = version.attributes.serial;
    let question = format!(
        "Make serial {serial} the current state of {} again?",
        context.workspace_name()?
    );
    if !prompt::confirm(context, arguments.yes, &question)? {
        return Err(Failure::error("nothing was done", "The state stays as it was."));
    }
    let new = client.roll_back_state(workspace, id_of(&version)?).await?;
    context.output.done(&format!(
        "the content of serial {serial} is current again, as serial {}",
        new.attributes.serial
    ));
    context.output.note("  next: slipway plan");
    if context.output.is_json() {
        context.output.json(&new)?;
    }
    Ok(Outcome::Success)
}
