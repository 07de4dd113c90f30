//! `slipway plan`: see what would change.

use clap::Args;
use tokio::time::Instant;

use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::elapsed;
use crate::run_flow::{self, Followed, Follower, Intent, Part, RunArguments};

/// Show what would change, and change nothing
///
/// Uploads the directory (.terraformignore is honoured), plans it at the server and shows the log as it comes.
/// Ctrl-C asks the server to cancel; a second one leaves the run to itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway plan
  slipway plan --destroy
  slipway plan --target module.network --var region=eu
  slipway plan --var-file eu.tfvars --no-wait
  slipway plan --detailed-exitcode -o json > plan.json

Exit codes: 0 success, 1 failure; with --detailed-exitcode 2 when there are changes.")]
pub(crate) struct PlanArguments {
    /// Plan to destroy everything
    #[arg(long, conflicts_with_all = ["refresh_only", "replace"])]
    destroy: bool,
    /// Exit with 2 when the plan has changes
    #[arg(long, conflicts_with = "no_wait")]
    detailed_exitcode: bool,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) async fn run(context: &Context, arguments: &PlanArguments) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    let started = Instant::now();
    let document = run_flow::start(context, &client, &arguments.run, arguments.destroy, Intent::Plan).await?;
    if arguments.run.no_wait {
        run_flow::say_where_it_goes_on(context, &document)?;
        return Ok(Outcome::Success);
    }
    let mut follower = Follower::new(context, &client, id_of(&document.run)?);
    let document = match follower.follow(Part::Plan, document).await? {
        Followed::Over(document, _) => document,
        Followed::Detached => return Ok(Outcome::Detached),
    };
    run_flow::say_how_it_ended(&context.output, &client, &document, &elapsed(started.elapsed()));
    if context.output.is_json() {
        context.output.json(&run_flow::document(&document, &[])?)?;
    }
    let run = &document.run.attributes;
    if !run_flow::has_plan(run.status) {
        return Ok(Outcome::Failed);
    }
    let is_changes = arguments.detailed_exitcode && run.has_changes;
    Ok(if is_changes { Outcome::Changes } else { Outcome::Success })
}
