//! `slipway state`: versions of the workspace's state, and what is in them.

mod diff;
mod list;
mod outputs;
mod pull;
mod push;
mod rollback;
mod show;

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_api::states::StateVersion;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    List(list::ListArguments),
    Show(show::ShowArguments),
    Outputs(outputs::OutputsArguments),
    Pull(pull::PullArguments),
    Push(push::PushArguments),
    Rollback(rollback::RollbackArguments),
    Diff(diff::DiffArguments),
}

pub(super) async fn run(context: &Context, command: StateCommand) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    match command {
        StateCommand::List(arguments) => list::run(context, &client, &arguments).await,
        StateCommand::Show(arguments) => show::run(context, &client, &arguments).await,
        StateCommand::Outputs(arguments) => outputs::run(context, &client, &arguments).await,
        StateCommand::Pull(arguments) => pull::run(context, &client, &arguments).await,
        StateCommand::Push(arguments) => push::run(context, &client, &arguments).await,
        StateCommand::Rollback(arguments) => rollback::run(context, &client, &arguments).await,
        StateCommand::Diff(arguments) => diff::run(context, &client, &arguments).await,
    }
}

/// A state version as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VersionReference {
    Id(StateVersionId),
    Serial(u64),
}

impl std::str::FromStr for VersionReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(serial) = text.parse() {
            return Ok(Self::Serial(serial));
        }
        text.parse()
            .map(Self::Id)
            .map_err(|_| "give the version's id (sv-…) or its serial number".to_owned())
    }
}

/// The version that is meant; the newest of a serial when several have it; the current one when none is named.
async fn find_version(
    client: &Client,
    workspace: WorkspaceId,
    reference: Option<VersionReference>,
) -> anyhow::Result<Resource<StateVersion>> {
    let serial = match reference {
        Some(VersionReference::Id(id)) => return Ok(client.state_version(id).await?),
        Some(VersionReference::Serial(serial)) => serial,
        None => {
            return match client.current_state_version(workspace).await {
                Err(error) if error.is_not_found() => Err(Failure::error(
                    "the workspace has no state yet",
                    "slipway apply makes one.",
                )),
                result => Ok(result?),
            };
        }
    };
    let mut listing = client.state_versions(workspace);
    while let Some(page) = listing.next_page().await? {
        if let Some(version) = page
            .data
            .into_iter()
            .find(|version| version.attributes.serial == serial)
        {
            return Ok(version);
        }
    }
    let what = format!("the workspace has no state version with serial {serial}");
    Err(Failure::error(what, "See what there is: slipway state list"))
}
