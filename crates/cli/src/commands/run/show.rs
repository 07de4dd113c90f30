//! `slipway run show`

use clap::Args;
use slipway_api::Resource;
use slipway_api::approvals::{ApprovalVerdict, Approvals};
use slipway_api::ids::RunId;
use slipway_api::runs::{Phase, PhaseStatus, Run};
use slipway_api::vcs::RunCommit;
use slipway_client::{Client, RunDocument};

use super::given_or_newest;
use super::list::kind;
use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{age, clean, fields, yes_no};
use crate::run_flow;

/// Show a run: where it stands, what it waits for, what it changes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway run show
  slipway run show run-1k9x3c0q8fz2m4ab -o json")]
pub(crate) struct ShowArguments {
    /// The run [default: the workspace's newest]
    #[arg(value_name = "RUN")]
    run: Option<RunId>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ShowArguments) -> anyhow::Result<Outcome> {
    let id = given_or_newest(context, client, arguments.run).await?;
    let document = client.run(id).await?;
    if context.output.is_json() {
        context.output.json(&run_flow::document(&document, &[])?)?;
        return Ok(Outcome::Success);
    }
    let mut pairs = pairs(&document);
    pairs.push(("Link", run_flow::link(client, &document).unwrap_or_default()));
    context.output.line(&fields(&pairs, &context.output.data_style))?;
    if let Some(text) = diagnostics(&document) {
        context.output.data(&format!("\n{text}"))?;
    }
    if let Some(text) = run_flow::render_unaccounted(&document.run.attributes.unaccounted_resources) {
        context.output.data(&format!("\n{text}"))?;
    }
    Ok(Outcome::Success)
}

fn pairs(document: &RunDocument) -> Vec<(&'static str, String)> {
    let run = &document.run.attributes;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        ("Run", document.run.id.clone()),
        ("Status", run.status.as_str().to_owned()),
        ("Waiting for", text(&run.waiting_for)),
        ("Approvals", run.approvals.as_ref().map(said).unwrap_or_default()),
        ("Error", text(&run.error_message)),
        ("Kind", kind(run).to_owned()),
        ("Message", run.message.clone()),
        ("Commit", run.commit.as_ref().map(commit).unwrap_or_default()),
        ("Started by", started_by(run)),
        ("Age", age(run.created_at, now())),
        (
            "Plan",
            phase(document.plan.as_ref(), ["import", "add", "change", "destroy"]),
        ),
        (
            "Apply",
            phase(document.apply.as_ref(), ["imported", "added", "changed", "destroyed"]),
        ),
        ("Targets", run.target_addrs.join(", ")),
        ("Replaces", run.replace_addrs.join(", ")),
        (
            "Can be confirmed",
            yes_no(run.actions.is_confirmable && run.permissions.can_apply),
        ),
        (
            "Can be cancelled",
            yes_no(run.actions.is_cancelable && run.permissions.can_cancel),
        ),
    ]
}

/// Who said what about a run that waits for approvals.
fn said(approvals: &Approvals) -> String {
    let said = approvals.votes.iter().map(|vote| {
        let verdict = match vote.verdict {
            ApprovalVerdict::Approve => "approved",
            ApprovalVerdict::Reject => "rejected",
        };
        let counts = if vote.counts { "" } else { " (does not count any more)" };
        format!("{} {verdict}{counts}", vote.name)
    });
    let said = said.collect::<Vec<_>>().join(", ");
    if said.is_empty() { "none yet".to_owned() } else { said }
}

/// Who started a run, and with what.
fn started_by(run: &Run) -> String {
    let with = match run.source.as_str() {
        "cli" => "with the command line",
        "ui" | "tfe-ui" => "in the console",
        "api" | "tfe-api" => "through the API",
        other => other,
    };
    match &run.started_by {
        Some(name) => format!("{name}, {with}"),
        None => with.to_owned(),
    }
}

fn phase(phase: Option<&Resource<Phase>>, words: [&str; 4]) -> String {
    let Some(phase) = phase.map(|phase| &phase.attributes) else {
        return String::new();
    };
    let status = format!("{:?}", phase.status).to_lowercase();
    if matches!(
        phase.status,
        // While it runs nobody has counted yet; zeros would look like an answer.
        PhaseStatus::Pending | PhaseStatus::Queued | PhaseStatus::Running | PhaseStatus::Unreachable
    ) {
        return status;
    }
    let [import, add, change, destroy] = words;
    format!(
        "{status}; {} {import}, {} {add}, {} {change}, {} {destroy}",
        phase.resource_imports, phase.resource_additions, phase.resource_changes, phase.resource_destructions
    )
}

fn diagnostics(document: &RunDocument) -> Option<String> {
    let phases = [document.plan.as_ref(), document.apply.as_ref()];
    let all: Vec<_> = phases
        .into_iter()
        .flatten()
        .flat_map(|phase| &phase.attributes.diagnostics)
        .collect();
    let mut text = String::new();
    for diagnostic in &all {
        text.push_str(&format!("{}: {}\n", diagnostic.severity, diagnostic.summary));
        if let Some(file) = &diagnostic.file {
            let line = diagnostic.line.map(|line| format!(" line {line}")).unwrap_or_default();
            text.push_str(&format!("  in {file}{line}\n"));
        }
        for line in diagnostic
            .code_frame
            .iter()
            .chain([&diagnostic.detail])
            .flat_map(|part| part.lines())
        {
            text.push_str(&format!("  {line}\n"));
        }
    }
    (!all.is_empty()).then(|| clean(&text))
}

/// A run's commit: which, where, and what became of it.
fn commit(commit: &RunCommit) -> String {
    let short: String = commit.sha.chars().take(10).collect();
    let place = match (commit.pull_request_number, &commit.tag, &commit.branch) {
        (Some(number), ..) => format!(", pull request #{number}"),
        (None, Some(tag), _) => format!(", tag {tag}"),
        (None, None, Some(branch)) => format!(", branch {branch}"),
        (None, None, None) => String::new(),
    };
    let notice = commit.notice.as_ref().map(|notice| format!(". {notice}"));
    format!("{short} by {}{place}{}", commit.author, notice.unwrap_or_default())
}
