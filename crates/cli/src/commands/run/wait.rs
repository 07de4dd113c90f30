//! `slipway run wait`

use std::time::Duration;

use clap::Args;
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_client::{Client, RunDocument};
use tokio::time::Instant;

use super::given_or_newest;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Progress, elapsed};
use crate::run_flow;

/// How often the run is looked at.
const PAUSE: Duration = Duration::from_millis(500);
/// Failures in a row, about ten minutes with the client's own attempts, before waiting gives up.
const PATIENCE: u32 = 120;

/// Wait until a run has ended or waits for a person
///
/// The log is not shown; see `slipway run logs --follow`. Ctrl-C leaves; the run goes on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run wait
  slipway run wait run-1k9x3c0q8fz2m4ab

Exit codes: 0 it ended well or its plan waits for a person, 1 it failed, or was stopped or discarded.")]
pub(crate) struct WaitArguments {
    /// The run [default: the workspace's newest]
    #[arg(value_name = "RUN")]
    run: Option<RunId>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &WaitArguments) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let id = given_or_newest(context, client, arguments.run).await?;
    let document = ended(context, client, id).await?;
    run_flow::say_how_it_ended(&context.output, client, &document, &elapsed(started.elapsed()));
    if context.output.is_json() {
        context.output.json(&run_flow::document(&document, &[])?)?;
    }
    let status = document.run.attributes.status;
    let is_well = run_flow::has_plan(status) && status != RunStatus::Discarded;
    Ok(if is_well { Outcome::Success } else { Outcome::Failed })
}

async fn ended(context: &Context, client: &Client, id: RunId) -> anyhow::Result<RunDocument> {
    let mut progress = Progress::new(&context.output);
    let mut failures = 0;
    loop {
        match client.run(id).await {
            Ok(document) => {
                failures = 0;
                let run = &document.run.attributes;
                if run.status.is_final() || waits_for_a_person(run.status) {
                    return Ok(document);
                }
                progress.say(&run_flow::activity(run));
            }
            Err(error) if error.is_passing() && failures < PATIENCE => {
                failures += 1;
                progress.say(&format!("The run goes on; {error}; trying again"));
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn waits_for_a_person(status: RunStatus) -> bool {
    matches!(
        status,
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved
    )
}
