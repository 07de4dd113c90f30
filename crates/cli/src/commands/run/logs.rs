//! `slipway run logs`

use clap::Args;
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_client::{Client, PhaseId, RunDocument};
use tokio::time::Instant;

use super::given_or_newest;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{LogFilter, Pieces, elapsed};
use crate::run_flow::{self, Followed, Follower, Part};

/// A piece of log that is asked for at once.
const CHUNK_BYTES: u64 = 1 << 20;

/// Print a run's log
///
/// The plan's log, then the apply's. With --follow it goes on until the run has ended or waits for a person.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run logs
  slipway run logs run-1k9x3c0q8fz2m4ab --follow
  slipway run logs --apply > apply.log")]
pub(crate) struct LogsArguments {
    /// The run [default: the workspace's newest]
    #[arg(value_name = "RUN")]
    run: Option<RunId>,
    /// Go on until the run ends or waits for a person
    #[arg(long, short)]
    follow: bool,
    /// Only the plan's log
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Only the apply's log
    #[arg(long)]
    apply: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &LogsArguments) -> anyhow::Result<Outcome> {
    let id = given_or_newest(context, client, arguments.run).await?;
    let document = client.run(id).await?;
    if arguments.follow {
        return follow(context, client, id, arguments, document).await;
    }
    let plan = document.plan_id().map(PhaseId::Plan).filter(|_| !arguments.apply);
    let apply = document.apply_id().map(PhaseId::Apply).filter(|_| !arguments.plan);
    for phase in [plan, apply].into_iter().flatten() {
        print(context, client, phase).await?;
    }
    Ok(Outcome::Success)
}

/// Prints what there is of a log now.
async fn print(context: &Context, client: &Client, phase: PhaseId) -> anyhow::Result<()> {
    let mut filter = LogFilter::new(context.output.data_style.colour);
    let (mut offset, mut pieces) = (0, Pieces::default());
    loop {
        let bytes = client.log_bytes(phase, offset, CHUNK_BYTES).await?;
        // Only an empty piece is the last: the server may have limits of its own.
        if bytes.is_empty() {
            break;
        }
        offset += bytes.len() as u64;
        context.output.data(&filter.pass(&pieces.text(&bytes)))?;
    }
    Ok(())
}

async fn follow(
    context: &Context,
    client: &Client,
    id: RunId,
    arguments: &LogsArguments,
    mut document: RunDocument,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let mut follower = Follower::new(context, client, id).leaving_at_once();
    let parts = [(Part::Plan, !arguments.apply), (Part::Apply, !arguments.plan)];
    for (part, _) in parts.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        let waits = matches!(
            document.run.attributes.status,
            RunStatus::Planned | RunStatus::PolicyChecked
        );
        if part == Part::Apply && (waits || document.apply.is_none()) {
            break;
        }
        match follower.follow(part, document).await? {
            Followed::Over(after, _) => document = *after,
            Followed::Detached => return Ok(Outcome::Detached),
        }
    }
    run_flow::say_how_it_ended(&context.output, client, &document, &elapsed(started.elapsed()));
    let status = document.run.attributes.status;
    Ok(if run_flow::has_plan(status) {
        Outcome::Success
    } else {
        Outcome::Failed
    })
}
