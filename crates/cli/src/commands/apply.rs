//! `slipway apply`: plan, show, ask, change.

use clap::Args;
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_client::{Client, RunDocument};
use tokio::time::Instant;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::elapsed;
use crate::prompt;
use crate::run_flow::{self, Followed, Follower, Intent, Part, RunArguments};

/// Change what the plan shows, after you said yes
///
/// Plans as `slipway plan` does, shows the plan, asks, applies it and prints the outputs. With RUN an existing run's
/// plan is confirmed instead. With --no-wait it leaves once the run is started, and the plan waits for a yes from anybody
/// who may give it. Ctrl-C asks the server to cancel; a second one leaves the run to itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway apply
  slipway apply --auto-approve --message 'new region'
  slipway apply run-1k9x3c0q8fz2m4ab
  slipway apply --replace random_pet.name
  slipway apply --no-wait

Exit codes: 0 applied or nothing to do, 1 failure or not approved.")]
pub(crate) struct ApplyArguments {
    /// Confirm this run's plan instead of making a new one
    #[arg(value_name = "RUN", conflicts_with_all = ["destroy", "refresh_only", "no_refresh", "target", "replace", "variables", "variable_files", "message", "dir", "no_upload", "configuration", "no_wait"])]
    pub(super) existing: Option<RunId>,
    /// Destroy everything
    #[arg(long, conflicts_with_all = ["refresh_only", "replace"])]
    pub(super) destroy: bool,
    /// Apply without asking
    #[arg(long)]
    pub(super) auto_approve: bool,
    #[command(flatten)]
    pub(super) run: RunArguments,
}

pub(super) async fn run(context: &Context, arguments: &ApplyArguments) -> anyhow::Result<Outcome> {
    let is_asked = !arguments.auto_approve && !arguments.run.no_wait;
    if is_asked && !context.environment.is_interactive() {
        let next = "Nobody can be asked here: add --auto-approve to apply without asking, or \
            --no-wait to leave the plan to somebody who can.";
        return Err(Failure::error("applying needs a yes", next));
    }
    let client = context.client()?;
    let started = Instant::now();
    let document = match arguments.existing {
        Some(id) => client.run(id).await?,
        None => {
            let intent = if arguments.auto_approve {
                Intent::ApplyWithoutAsking
            } else {
                Intent::Apply
            };
            run_flow::start(context, &client, &arguments.run, arguments.destroy, intent).await?
        }
    };
    if arguments.run.no_wait {
        run_flow::say_where_it_goes_on(context, &document)?;
        return Ok(Outcome::Success);
    }
    let mut follower = Follower::new(context, &client, id_of(&document.run)?);
    let document = match follower.follow(Part::Plan, document).await? {
        Followed::Over(document, _) => *document,
        Followed::Detached => return Ok(Outcome::Detached),
    };
    if !goes_on(context, &client, arguments, &document).await? {
        return end(context, &client, id_of(&document.run)?, started, true).await;
    }
    match follower.follow(Part::Apply, document).await? {
        Followed::Over(document, shown) => end(context, &client, id_of(&document.run)?, started, shown).await,
        Followed::Detached => Ok(Outcome::Detached),
    }
}

/// Whether there will be an apply: because the run does it by itself, or because the user says yes.
async fn goes_on(
    context: &Context,
    client: &Client,
    arguments: &ApplyArguments,
    document: &RunDocument,
) -> anyhow::Result<bool> {
    let run = &document.run.attributes;
    if !matches!(
        run.status,
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved
    ) {
        // A quick apply may be through already; its log is shown all the same.
        return Ok(Part::Apply.has_begun(document) || !run.status.is_final());
    }
    if run.auto_apply && arguments.existing.is_none() {
        return Ok(true);
    }
    let id: RunId = id_of(&document.run)?;
    if arguments.auto_approve || ask(context, client, document)? {
        client.confirm_run(id, "").await?;
        return Ok(true);
    }
    client.discard_run(id, "not approved at the command line").await?;
    Ok(false)
}

fn ask(context: &Context, client: &Client, document: &RunDocument) -> anyhow::Result<bool> {
    run_flow::say_how_it_ended(&context.output, client, document, "");
    let workspace = context
        .settings
        .workspace
        .as_ref()
        .map(|setting| format!(" in {}", setting.value));
    let workspace = workspace.unwrap_or_default();
    if document.run.attributes.is_destroy {
        return prompt::approve(&format!("Destroy everything{workspace}?"));
    }
    prompt::approve(&format!("Apply this plan{workspace}?"))
}

/// Says how the run ended and what its outputs are, unless its log has just shown them.
async fn end(
    context: &Context,
    client: &Client,
    id: RunId,
    started: Instant,
    shown_outputs: bool,
) -> anyhow::Result<Outcome> {
    let document = client.run(id).await?;
    let run = &document.run.attributes;
    run_flow::say_how_it_ended(&context.output, client, &document, &elapsed(started.elapsed()));
    if let Some(text) = run_flow::render_unaccounted(&run.unaccounted_resources) {
        context.output.warn(&text);
    }
    let mut outputs = Vec::new();
    if run.status == RunStatus::Applied
        && !run.is_destroy
        && let Some(workspace) = document.workspace_id()
    {
        outputs = client.current_outputs(workspace).all().await?;
    }
    if context.output.is_json() {
        context.output.json(&run_flow::document(&document, &outputs)?)?;
    } else if !outputs.is_empty() && !shown_outputs {
        context
            .output
            .data(&format!("\nOutputs:\n\n{}", run_flow::render_outputs(&outputs)))?;
    }
    let is_well = matches!(run.status, RunStatus::Applied | RunStatus::PlannedAndFinished);
    Ok(if is_well { Outcome::Success } else { Outcome::Failed })
}
