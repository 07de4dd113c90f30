//! `slipway executor run`: start a run, follow it, say yes.

use clap::Args;
use slipway_api::Resource;
use slipway_api::approvals::ApprovalStatus;
use slipway_api::executors::{ExecutorDecision, ExecutorRun, NewExecutorRun};
use slipway_api::ids::{ExecutorId, RunId};
use slipway_api::runs::RunStatus;
use slipway_client::{Client, RunDocument};
use tokio::time::Instant;

use super::fields::Operation;
use super::find;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::elapsed;
use crate::prompt;
use crate::run_flow::{self, Followed, Follower, Part};

/// Run an executor now
///
/// Its plan waits for a yes unless the executor applies by itself. With --wait the log is shown, and you are asked where
/// somebody has to be; Ctrl-C asks the server to cancel, a second one leaves the run to itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway executor run backup --wait
  slipway executor run backup --operation plan --wait
  slipway executor run backup --tag v1.2.0 --auto-approve --wait --message 'after the incident'
  slipway executor run backup --operation destroy

Exit codes: 0 it ended well, or was started or planned, 1 it failed, or was stopped or discarded.")]
pub(crate) struct RunArguments {
    /// The executor, by name or id
    #[arg(value_name = "EXECUTOR")]
    executor: String,
    /// What it does [default: as the executor says]
    #[arg(long, value_enum, value_name = "OPERATION")]
    operation: Option<Operation>,
    /// This tag in the place of the executor's ref
    #[arg(long, value_name = "TAG", group = "reference")]
    tag: Option<String>,
    /// This branch in the place of the executor's ref
    #[arg(long, value_name = "BRANCH", group = "reference")]
    branch: Option<String>,
    /// This commit in the place of the executor's ref
    #[arg(long, value_name = "COMMIT", group = "reference")]
    commit: Option<String>,
    /// Only this resource or module and what it needs (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// Destroy this resource and make it anew (repeatable)
    #[arg(long, value_name = "ADDRESS")]
    replace: Vec<String>,
    /// Apply without asking, unless approval rules want otherwise
    #[arg(long)]
    auto_approve: bool,
    /// Why, for those who look at the run later
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
    /// Follow it until it ended or waits for somebody else
    #[arg(long)]
    wait: bool,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: RunArguments) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let executor: ExecutorId = id_of(&find(context, client, &arguments.executor).await?)?;
    let wait = arguments.wait;
    let run = client.run_executor(executor, wanted(arguments)).await?;
    let id: RunId = id_of(&run)?;
    if !wait {
        return started_only(context, (executor, &run));
    }
    let mut follower = Follower::new(context, client, id);
    let document = match follower.follow(Part::Plan, client.run(id).await?).await? {
        Followed::Over(document, _) => *document,
        Followed::Detached => return Ok(Outcome::Detached),
    };
    let document = match goes_on(context, client, executor, &document).await? {
        false => client.run(id).await?,
        true => match follower.follow(Part::Apply, client.run(id).await?).await? {
            Followed::Over(document, _) => *document,
            Followed::Detached => return Ok(Outcome::Detached),
        },
    };
    end(context, client, &document, started)
}

fn wanted(arguments: RunArguments) -> NewExecutorRun {
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    NewExecutorRun {
        operation: arguments.operation.map(Into::into),
        tag: arguments.tag,
        branch: arguments.branch,
        commit: arguments.commit,
        target_addrs: some(arguments.target),
        replace_addrs: some(arguments.replace),
        skip_refresh: None,
        auto_apply: arguments.auto_approve.then_some(true),
        message: arguments.message,
    }
}

fn started_only(context: &Context, (executor, run): (ExecutorId, &Resource<ExecutorRun>)) -> anyhow::Result<Outcome> {
    let (output, id) = (&context.output, &run.id);
    if output.is_json() {
        output.json(run)?;
    } else {
        output.line(id)?;
    }
    output.done("started; it goes on at the server");
    output.note(&format!("  follow:  slipway run logs --follow {id}"));
    if !run.attributes.auto_apply {
        output.note(&format!("  say yes: slipway executor confirm {executor} {id}"));
    }
    Ok(Outcome::Success)
}

/// Whether there will be an apply: because the run does it by itself, or because the user says yes.
async fn goes_on(
    context: &Context,
    client: &Client,
    executor: ExecutorId,
    document: &RunDocument,
) -> anyhow::Result<bool> {
    let run = &document.run.attributes;
    if !matches!(run.status, RunStatus::Planned | RunStatus::PolicyChecked) {
        return Ok(Part::Apply.has_begun(document) || !run.status.is_final());
    }
    let id: RunId = id_of(&document.run)?;
    let shown = client.executor_run(executor, id).await?.attributes;
    let waits = shown
        .approvals
        .as_ref()
        .filter(|one| one.status != ApprovalStatus::Approved);
    if let Some(detail) = waits.and_then(|one| one.detail.as_deref()) {
        context.output.note(&format!("  {detail}"));
        return Ok(false);
    }
    // What applies by itself is confirmed by the server in a moment.
    if shown.auto_apply {
        return Ok(true);
    }
    if !context.environment.is_interactive() {
        context
            .output
            .note(&format!("  say yes: slipway executor confirm {executor} {id}"));
        return Ok(false);
    }
    run_flow::say_how_it_ended(&context.output, client, document, "");
    let question = match run.is_destroy {
        true => "Destroy everything?",
        false => "Apply this plan?",
    };
    let is_yes = prompt::approve(question)?;
    let decision = ExecutorDecision {
        run: Some(id),
        comment: match is_yes {
            true => String::new(),
            false => "not approved at the command line".to_owned(),
        },
    };
    let action = if is_yes { "confirm" } else { "discard" };
    client.decide_executor_run(executor, action, &decision).await?;
    Ok(is_yes)
}

fn end(context: &Context, client: &Client, document: &RunDocument, started: Instant) -> anyhow::Result<Outcome> {
    let run = &document.run.attributes;
    run_flow::say_how_it_ended(&context.output, client, document, &elapsed(started.elapsed()));
    if let Some(text) = run_flow::render_unaccounted(&run.unaccounted_resources) {
        context.output.warn(&text);
    }
    if context.output.is_json() {
        context.output.json(&run_flow::document(document, &[])?)?;
    }
    let is_well = run_flow::has_plan(run.status) && run.status != RunStatus::Discarded;
    Ok(if is_well { Outcome::Success } else { Outcome::Failed })
}

/// The run that a command means: as it was named, or the newest that is not done.
pub(super) async fn meant(client: &Client, executor: ExecutorId, given: Option<RunId>) -> anyhow::Result<RunId> {
    if let Some(id) = given {
        return Ok(id);
    }
    let runs = client.executor_runs(executor, None).up_to(20).await?;
    let open = runs.iter().find(|run| !run.attributes.status.is_final());
    match open {
        Some(run) => id_of(run),
        None => Err(Failure::error(
            "no run of the executor runs or waits",
            format!("See its runs: slipway executor runs {executor}"),
        )),
    }
}
