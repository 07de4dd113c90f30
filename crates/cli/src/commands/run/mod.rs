//! `slipway run`: look at runs, and decide about them.

mod approve;
mod cancel;
mod confirm;
mod discard;
mod list;
mod logs;
mod show;
mod wait;

use clap::Subcommand;
use slipway_api::ids::RunId;
use slipway_client::{Client, RunFilter};

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    List(list::ListArguments),
    Show(show::ShowArguments),
    Logs(logs::LogsArguments),
    Wait(wait::WaitArguments),
    Confirm(confirm::ConfirmArguments),
    Discard(discard::DiscardArguments),
    Cancel(cancel::CancelArguments),
    Approve(approve::ApproveArguments),
    Reject(approve::RejectArguments),
}

pub(super) async fn run(context: &Context, command: RunCommand) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    match command {
        RunCommand::List(arguments) => list::run(context, &client, &arguments).await,
        RunCommand::Show(arguments) => show::run(context, &client, &arguments).await,
        RunCommand::Logs(arguments) => logs::run(context, &client, &arguments).await,
        RunCommand::Wait(arguments) => wait::run(context, &client, &arguments).await,
        RunCommand::Confirm(arguments) => confirm::run(context, &client, &arguments).await,
        RunCommand::Discard(arguments) => discard::run(context, &client, &arguments).await,
        RunCommand::Cancel(arguments) => cancel::run(context, &client, &arguments).await,
        RunCommand::Approve(arguments) => approve::approve(context, &client, &arguments).await,
        RunCommand::Reject(arguments) => approve::reject(context, &client, &arguments).await,
    }
}

/// The given run, or the workspace's newest.
async fn given_or_newest(context: &Context, client: &Client, given: Option<RunId>) -> anyhow::Result<RunId> {
    if let Some(id) = given {
        return Ok(id);
    }
    let workspace = context.workspace_id(client).await?;
    let newest = client.runs(workspace, &RunFilter::default()).up_to(1).await?;
    match newest.first() {
        Some(run) => id_of(run),
        None => Err(Failure::error(
            "the workspace has no runs yet",
            "Start one with slipway plan.",
        )),
    }
}
