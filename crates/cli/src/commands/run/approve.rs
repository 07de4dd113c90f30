//! `slipway run approve` and `slipway run reject`

use clap::Args;
use slipway_api::Resource;
use slipway_api::approvals::{ApprovalStatus, Approvals};
use slipway_api::ids::RunId;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::Outcome;

/// Approve a run's plan, where an approval rule wants that before it is applied
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run approve run-1k9x3c0q8fz2m4ab
  slipway run approve run-1k9x3c0q8fz2m4ab --comment 'looks right'
  slipway run approve run-1k9x3c0q8fz2m4ab --withdraw")]
pub(crate) struct ApproveArguments {
    #[command(flatten)]
    said: SaidArguments,
}

/// Reject a run's plan: as long as that stands, it cannot be confirmed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run reject run-1k9x3c0q8fz2m4ab --comment 'not on a Friday'
  slipway run reject run-1k9x3c0q8fz2m4ab --withdraw")]
pub(crate) struct RejectArguments {
    #[command(flatten)]
    said: SaidArguments,
}

#[derive(Debug, Args)]
struct SaidArguments {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
    /// Take back what you said before
    #[arg(long, conflicts_with = "comment")]
    withdraw: bool,
}

pub(super) async fn approve(
    context: &Context,
    client: &Client,
    ApproveArguments { said }: &ApproveArguments,
) -> anyhow::Result<Outcome> {
    match said.withdraw {
        true => withdraw(context, client, said.run).await,
        false => show(
            context,
            &client.approve_run(said.run, &said.comment).await?,
            &format!("approved {}", said.run),
        ),
    }
}

pub(super) async fn reject(
    context: &Context,
    client: &Client,
    RejectArguments { said }: &RejectArguments,
) -> anyhow::Result<Outcome> {
    match said.withdraw {
        true => withdraw(context, client, said.run).await,
        false => show(
            context,
            &client.reject_run(said.run, &said.comment).await?,
            &format!("rejected {}", said.run),
        ),
    }
}

async fn withdraw(context: &Context, client: &Client, run: RunId) -> anyhow::Result<Outcome> {
    let now = client.withdraw_run_approval(run).await?;
    show(context, &now, &format!("took back what you said about {run}"))
}

fn show(context: &Context, now: &Resource<Approvals>, done: &str) -> anyhow::Result<Outcome> {
    if context.output.is_json() {
        context.output.json(now)?;
        return Ok(Outcome::Success);
    }
    context.output.done(done);
    match (&now.attributes.detail, now.attributes.status) {
        (Some(detail), _) => context.output.note(&format!("  {detail}")),
        (None, ApprovalStatus::Approved) => context
            .output
            .note(&format!("  nothing is missing: slipway run confirm {}", now.id)),
        (None, _) => {}
    }
    Ok(Outcome::Success)
}
