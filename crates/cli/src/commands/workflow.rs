//! `slipway workflow`

use std::collections::BTreeMap;
use std::time::Duration;

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::ids::{ResourceId, SourceCodeVersionId, WorkflowId};
use slipway_api::workflows::{
    NewWorkflow, Workflow, WorkflowKind, WorkflowPart, WorkflowStatus, WorkflowStep, WorkflowStepStatus,
};
use slipway_client::{Client, WorkflowFilter};

use super::workflow_step::{self, WorkflowStepCommand};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::Table;
use crate::prompt;

/// How often a workflow is looked at that is waited for.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowCommand {
    /// List workflows, the newest first
    #[command(after_help = "\
Examples:
  slipway workflow list
  slipway workflow list --status running,failed
  slipway workflow list --kind upgrade,refresh")]
    List {
        /// In one of these: planned, running, succeeded, failed, canceled
        #[arg(long, value_name = "STATUS,…")]
        status: Option<String>,
        /// That do one of these: destroy, upgrade, refresh, create
        #[arg(long, value_name = "KIND,…")]
        kind: Option<String>,
    },
    /// Show a workflow with its steps
    #[command(after_help = "Examples:\n  slipway workflow show wf-0123456789abcdef")]
    Show {
        /// The workflow's id
        #[arg(value_name = "WORKFLOW")]
        workflow: WorkflowId,
    },
    /// Destroy resources with everything that stands on them, what nothing stands on first
    #[command(after_help = "\
Examples:
  slipway workflow destroy res-0123456789abcdef
  slipway workflow destroy res-0123456789abcdef --start --wait
  slipway workflow destroy --made-by wf-0123456789abcdef --start --wait")]
    Destroy {
        /// The resources' ids
        #[arg(value_name = "RESOURCE", required_unless_present = "made_by")]
        resources: Vec<ResourceId>,
        /// What this workflow made by a blueprint
        #[arg(long, value_name = "WORKFLOW")]
        made_by: Option<WorkflowId>,
        #[command(flatten)]
        how: How,
    },
    /// Take resources to a version of their template
    #[command(after_help = "\
Examples:
  slipway workflow upgrade scv-0123456789abcdef
  slipway workflow upgrade scv-0123456789abcdef --start --parallel 10 --stop-after 3
  slipway workflow upgrade scv-0123456789abcdef res-0123456789abcdef --start --wait")]
    Upgrade {
        /// The version's id
        #[arg(value_name = "VERSION")]
        version: SourceCodeVersionId,
        /// The resources' ids [default: all of the template that have another version]
        #[arg(value_name = "RESOURCE")]
        resources: Vec<ResourceId>,
        #[command(flatten)]
        how: How,
    },
    /// Take resources to what their parents give now
    #[command(after_help = "\
Examples:
  slipway workflow refresh
  slipway workflow refresh --start --auto-apply --wait")]
    Refresh {
        /// The resources' ids [default: all that are stale]
        #[arg(value_name = "RESOURCE")]
        resources: Vec<ResourceId>,
        #[command(flatten)]
        how: How,
    },
    /// Start a workflow that was planned; it has your rights
    #[command(after_help = "Examples:\n  slipway workflow start wf-0123456789abcdef --wait")]
    Start {
        /// The workflow's id
        #[arg(value_name = "WORKFLOW")]
        workflow: WorkflowId,
        /// Say how it goes until it is over
        #[arg(long)]
        wait: bool,
    },
    /// Try the steps again that failed, and those that were left out for that
    #[command(after_help = "Examples:\n  slipway workflow retry wf-0123456789abcdef --wait")]
    Retry {
        /// The workflow's id
        #[arg(value_name = "WORKFLOW")]
        workflow: WorkflowId,
        /// Say how it goes until it is over
        #[arg(long)]
        wait: bool,
    },
    /// Change steps of a workflow
    #[command(subcommand)]
    Step(WorkflowStepCommand),
    /// Stop a workflow: plans that wait are taken back, what is being applied is applied
    #[command(after_help = "Examples:\n  slipway workflow cancel wf-0123456789abcdef")]
    Cancel {
        /// The workflow's id
        #[arg(value_name = "WORKFLOW")]
        workflow: WorkflowId,
    },
    /// Delete a workflow that is not carried out; its changes stay
    #[command(after_help = "Examples:\n  slipway workflow delete wf-0123456789abcdef --yes")]
    Delete {
        /// The workflow's id
        #[arg(value_name = "WORKFLOW")]
        workflow: WorkflowId,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// How a workflow is carried out, as flags.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Start it at once
    #[arg(long)]
    start: bool,
    /// Say how it goes until it is over
    #[arg(long, requires = "start")]
    wait: bool,
    /// Apply plans that no approval rule holds without anybody looking at them
    #[arg(long)]
    auto_apply: bool,
    /// Steps at once
    #[arg(long, value_name = "COUNT")]
    parallel: Option<u32>,
    /// Failed steps after which no other begins [default: 1]
    #[arg(long, value_name = "COUNT")]
    stop_after: Option<u32>,
    /// Why
    #[arg(long, short, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(context: &Context, command: WorkflowCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        WorkflowCommand::List { status, kind } => {
            let filter = WorkflowFilter {
                project: None,
                status,
                kind,
            };
            let found = client.workflows(context.organization()?, &filter).all().await?;
            let empty = "No workflows. `slipway workflow upgrade`, `refresh` and `destroy` make one, and `slipway blueprint use`.";
            context.output.rows(&found, empty, table)?;
        }
        WorkflowCommand::Show { workflow } => show(context, &client.workflow(workflow).await?)?,
        WorkflowCommand::Destroy {
            resources,
            made_by,
            how,
        } => {
            let wanted = NewWorkflow {
                resources,
                workflow: made_by,
                ..new(WorkflowKind::Destroy, &how)
            };
            return make(context, client, wanted, &how).await;
        }
        WorkflowCommand::Upgrade {
            version,
            resources,
            how,
        } => {
            let wanted = NewWorkflow {
                resources,
                source_code_version: Some(version),
                ..new(WorkflowKind::Upgrade, &how)
            };
            return make(context, client, wanted, &how).await;
        }
        WorkflowCommand::Refresh { resources, how } => {
            let wanted = NewWorkflow {
                resources,
                ..new(WorkflowKind::Refresh, &how)
            };
            return make(context, client, wanted, &how).await;
        }
        WorkflowCommand::Start { workflow, wait } => {
            return followed(context, client, client.start_workflow(workflow).await?, wait).await;
        }
        WorkflowCommand::Retry { workflow, wait } => {
            return followed(context, client, client.retry_workflow(workflow).await?, wait).await;
        }
        WorkflowCommand::Step(command) => show(context, &workflow_step::run(context, client, command).await?)?,
        WorkflowCommand::Cancel { workflow } => show(context, &client.cancel_workflow(workflow).await?)?,
        WorkflowCommand::Delete { workflow, yes } => {
            let title = client.workflow(workflow).await?.attributes.title;
            if prompt::confirm(context, yes, &format!("Delete the workflow \"{title}\"?"))? {
                client.delete_workflow(workflow).await?;
                context.output.done(&format!("deleted the workflow \"{title}\""));
            }
        }
    }
    Ok(Outcome::Success)
}

/// A workflow that is about nothing yet.
pub(super) fn new(kind: WorkflowKind, how: &How) -> NewWorkflow {
    NewWorkflow {
        kind,
        resources: Vec::new(),
        source_code_version: None,
        workflow: None,
        blueprint: None,
        project: None,
        name: None,
        constants: BTreeMap::new(),
        externals: BTreeMap::new(),
        parts: BTreeMap::new(),
        reason: how.reason.clone().unwrap_or_default(),
        parallel: how.parallel,
        stop_after: how.stop_after,
        auto_apply: how.auto_apply,
        start: how.start,
    }
}

/// Makes a workflow, and follows it if that is said.
pub(super) async fn make(
    context: &Context,
    client: &Client,
    wanted: NewWorkflow,
    how: &How,
) -> anyhow::Result<Outcome> {
    let workflow = client.create_workflow(context.organization()?, wanted).await?;
    if !how.start {
        show(context, &workflow)?;
        let id = &workflow.id;
        context
            .output
            .done(&format!("nothing was started yet; `slipway workflow start {id}` does"));
        return Ok(Outcome::Success);
    }
    followed(context, client, workflow, how.wait).await
}

/// Shows the workflow, at its end if that is waited for; what failed fails the command.
async fn followed(
    context: &Context,
    client: &Client,
    mut workflow: Resource<Workflow>,
    wait: bool,
) -> anyhow::Result<Outcome> {
    let id: WorkflowId = workflow.id.parse()?;
    let mut told = Vec::new();
    while wait && workflow.attributes.status == WorkflowStatus::Running {
        tell(context, &mut told, &workflow.attributes.steps);
        tokio::time::sleep(LOOK).await;
        workflow = client.workflow(id).await?;
    }
    show(context, &workflow)?;
    Ok(match workflow.attributes.status {
        WorkflowStatus::Failed | WorkflowStatus::Canceled => Outcome::Failed,
        _ => Outcome::Success,
    })
}

/// Says which steps are somewhere else than they were.
fn tell(context: &Context, told: &mut Vec<WorkflowStepStatus>, steps: &[WorkflowStep]) {
    for (place, step) in steps.iter().enumerate() {
        if told.get(place) != Some(&step.status) && step.status != WorkflowStepStatus::Pending {
            let detail = step
                .detail
                .as_ref()
                .map(|detail| format!(": {detail}"))
                .unwrap_or_default();
            context
                .output
                .note(&format!("{} {}{detail}", step.name, step_word(step.status)));
        }
    }
    *told = steps.iter().map(|step| step.status).collect();
}

fn show(context: &Context, workflow: &Resource<Workflow>) -> anyhow::Result<()> {
    context.output.one(workflow, |resource| {
        let workflow = &resource.attributes;
        let steps: Vec<String> = workflow.steps.iter().map(line).collect();
        vec![
            ("Id", resource.id.clone()),
            ("What", workflow.title.clone()),
            ("Reason", workflow.reason.clone()),
            ("Status", word(workflow.status).to_owned()),
            ("Asked by", workflow.requested_by.clone()),
            ("Steps at once", workflow.parallel.to_string()),
            ("Stops after", format!("{} failed", workflow.stop_after)),
            ("Steps", steps.join("\n")),
        ]
    })
}

fn line(step: &WorkflowStep) -> String {
    let change = step.change_id.map(|id| format!("  {id}")).unwrap_or_default();
    let detail = step
        .detail
        .as_ref()
        .map(|detail| format!("  {detail}"))
        .unwrap_or_default();
    let planned = step
        .part
        .as_ref()
        .filter(|_| step.status == WorkflowStepStatus::Pending);
    let planned = planned
        .map(|part| format!("  {}", planned_line(part)))
        .unwrap_or_default();
    format!("{:<8} {}{change}{detail}{planned}", step_word(step.status), step.name)
}

/// `a database: size=30, network_id from net`
fn planned_line(part: &WorkflowPart) -> String {
    let values = part.values.iter().map(|(name, value)| format!("{name}={value}"));
    let secrets = part.secrets.iter().map(|name| format!("{name}=(secret)"));
    let references = part
        .references
        .iter()
        .map(|(name, reference)| format!("{name} from {} of {}", reference.output, reference.resource));
    let all: Vec<String> = values.chain(secrets).chain(references).collect();
    match all.is_empty() {
        true => format!("a {}", part.template),
        false => format!("a {}: {}", part.template, all.join(", ")),
    }
}

const fn step_word(status: WorkflowStepStatus) -> &'static str {
    match status {
        WorkflowStepStatus::Pending => "pending",
        WorkflowStepStatus::Running => "running",
        WorkflowStepStatus::Waiting => "waiting",
        WorkflowStepStatus::Done => "done",
        WorkflowStepStatus::Failed => "failed",
        WorkflowStepStatus::Skipped => "skipped",
    }
}

const fn word(status: WorkflowStatus) -> &'static str {
    match status {
        WorkflowStatus::Planned => "planned",
        WorkflowStatus::Running => "running",
        WorkflowStatus::Succeeded => "succeeded",
        WorkflowStatus::Failed => "failed",
        WorkflowStatus::Canceled => "canceled",
    }
}

fn table(workflows: &[Resource<Workflow>]) -> Table {
    let mut table = Table::new(&["what", "status", "steps", "asked by", "id"]);
    for resource in workflows {
        let workflow = &resource.attributes;
        let done = workflow
            .steps
            .iter()
            .filter(|step| step.status == WorkflowStepStatus::Done);
        table.row(vec![
            workflow.title.clone(),
            word(workflow.status).to_owned(),
            format!("{} of {}", done.count(), workflow.steps.len()),
            workflow.requested_by.clone(),
            resource.id.clone(),
        ]);
    }
    table
}
