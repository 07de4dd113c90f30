//! `slipway state pull`

use clap::Args;
use slipway_client::Client;

use super::{VersionReference, find_version};
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// Print a state as the engine wrote it, secrets included
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state pull > terraform.tfstate
  slipway state pull --version 12 > before.tfstate")]
pub(crate) struct PullArguments {
    /// The version: its serial number or id [default: the current one]
    #[arg(long, value_name = "VERSION")]
    version: Option<VersionReference>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &PullArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let version = find_version(client, workspace, arguments.version).await?;
    let bytes = client.download_state(id_of(&version)?).await?;
    context.output.bytes(&bytes)?;
    Ok(Outcome::Success)
}
