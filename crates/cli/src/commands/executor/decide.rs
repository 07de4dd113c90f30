//! `slipway executor confirm`, `discard`, `cancel`, `approve` and `reject`.

use clap::Args;
use slipway_api::approvals::ApprovalStatus;
use slipway_api::executors::ExecutorDecision;
use slipway_api::ids::{ExecutorId, RunId};
use slipway_client::Client;

use super::find;
use super::run::meant;
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// Which run, and why.
#[derive(Debug, Args)]
struct Meant {
    /// The executor, by name or id
    #[arg(value_name = "EXECUTOR")]
    executor: String,
    /// The run [default: the newest that is not done]
    #[arg(value_name = "RUN")]
    run: Option<RunId>,
    /// Why, for those who look later
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    comment: String,
}

/// Confirm the plan of an executor's run, so that it is applied
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway executor confirm backup
  slipway executor confirm backup run-1k9x3c0q8fz2m4ab --comment 'looks right'")]
pub(crate) struct ConfirmArguments {
    #[command(flatten)]
    meant: Meant,
}

/// Discard the plan of an executor's run, or take one back that waits for its turn
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway executor discard backup --comment 'not today'")]
pub(crate) struct DiscardArguments {
    #[command(flatten)]
    meant: Meant,
}

/// Ask an executor's run to stop; the engine ends what it has begun and saves the state
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway executor cancel backup")]
pub(crate) struct CancelArguments {
    #[command(flatten)]
    meant: Meant,
}

/// Approve the plan of an executor's run, where an approval rule wants that before it is applied
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway executor approve backup --comment 'looks right'
  slipway executor approve backup run-1k9x3c0q8fz2m4ab --withdraw")]
pub(crate) struct ApproveArguments {
    #[command(flatten)]
    meant: Meant,
    /// Take back what you said before
    #[arg(long, conflicts_with = "comment")]
    withdraw: bool,
}

/// Reject the plan of an executor's run: as long as that stands, it cannot be confirmed
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway executor reject backup --comment 'not on a Friday'")]
pub(crate) struct RejectArguments {
    #[command(flatten)]
    meant: Meant,
}

pub(super) async fn confirm(
    context: &Context,
    client: &Client,
    arguments: ConfirmArguments,
) -> anyhow::Result<Outcome> {
    decide(context, client, arguments.meant, ("confirm", "confirmed")).await
}

pub(super) async fn discard(
    context: &Context,
    client: &Client,
    arguments: DiscardArguments,
) -> anyhow::Result<Outcome> {
    decide(context, client, arguments.meant, ("discard", "discarded")).await
}

pub(super) async fn cancel(context: &Context, client: &Client, arguments: CancelArguments) -> anyhow::Result<Outcome> {
    decide(context, client, arguments.meant, ("cancel", "asked to stop:")).await
}

async fn decide(
    context: &Context,
    client: &Client,
    wanted: Meant,
    (action, done): (&str, &str),
) -> anyhow::Result<Outcome> {
    let (executor, decision) = decision(context, client, wanted).await?;
    let run = client.decide_executor_run(executor, action, &decision).await?;
    if context.output.is_json() {
        context.output.json(&run)?;
        return Ok(Outcome::Success);
    }
    context.output.done(&format!("{done} {}", run.id));
    if action == "confirm" {
        context
            .output
            .note(&format!("  follow it: slipway run logs --follow {}", run.id));
    }
    Ok(Outcome::Success)
}

pub(super) async fn approve(
    context: &Context,
    client: &Client,
    arguments: ApproveArguments,
) -> anyhow::Result<Outcome> {
    match arguments.withdraw {
        true => {
            say(
                context,
                client,
                arguments.meant,
                ("withdraw-approval", "took back what you said about"),
            )
            .await
        }
        false => say(context, client, arguments.meant, ("approve", "approved")).await,
    }
}

pub(super) async fn reject(context: &Context, client: &Client, arguments: RejectArguments) -> anyhow::Result<Outcome> {
    say(context, client, arguments.meant, ("reject", "rejected")).await
}

async fn say(
    context: &Context,
    client: &Client,
    wanted: Meant,
    (action, done): (&str, &str),
) -> anyhow::Result<Outcome> {
    let (executor, decision) = decision(context, client, wanted).await?;
    let now = client.say_on_executor_run(executor, action, &decision).await?;
    if context.output.is_json() {
        context.output.json(&now)?;
        return Ok(Outcome::Success);
    }
    context.output.done(&format!("{done} {}", now.id));
    match (&now.attributes.detail, now.attributes.status) {
        (Some(detail), _) => context.output.note(&format!("  {detail}")),
        (None, ApprovalStatus::Approved) => context.output.note("  nothing is missing any more"),
        (None, _) => {}
    }
    Ok(Outcome::Success)
}

async fn decision(context: &Context, client: &Client, wanted: Meant) -> anyhow::Result<(ExecutorId, ExecutorDecision)> {
    let executor = id_of(&find(context, client, &wanted.executor).await?)?;
    let decision = ExecutorDecision {
        run: Some(meant(client, executor, wanted.run).await?),
        comment: wanted.comment,
    };
    Ok((executor, decision))
}
