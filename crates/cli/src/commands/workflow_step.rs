//! `slipway workflow step`: what a step makes, before it was ordered.

use clap::{Args, Subcommand};
use serde_json::Value;
use slipway_api::ids::{ResourceId, WorkflowId};
use slipway_api::workflows::{Workflow, WorkflowStep, WorkflowStepChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::resource::values::pair;
use super::{integration, source_code_version};
use crate::context::{Context, id_of};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowStepCommand {
    /// Change what a step makes by a blueprint, as long as nothing of it was ordered
    #[command(after_help = "\
Examples:
  slipway workflow step set wf-0123456789abcdef orders --set size=30
  slipway workflow step set wf-0123456789abcdef orders --name other-orders --unset zone
  slipway workflow step set wf-0123456789abcdef orders --integration production")]
    Set(SetArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SetArguments {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW")]
    workflow: WorkflowId,
    /// The step: the name of its part or of its resource, or the id that the resource will have
    #[arg(value_name = "STEP")]
    step: String,
    /// What the resource is called
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// A value: name=value, as JSON where it is no text; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, Value)>,
    /// A value to take away; may be given several times
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
    /// What its runs sign in with, by name or id, instead of what it has; may be given several times
    #[arg(long = "integration", value_name = "INTEGRATION")]
    integrations: Vec<String>,
    /// A version of its template: template@ref, or an id
    #[arg(long, value_name = "VERSION")]
    source_code_version: Option<String>,
}

pub(super) async fn run(
    context: &Context,
    client: &Client,
    WorkflowStepCommand::Set(arguments): WorkflowStepCommand,
) -> anyhow::Result<Resource<Workflow>> {
    let workflow = client.workflow(arguments.workflow).await?;
    let resource = find(&workflow.attributes, &arguments.step)?;
    let mut integrations = Vec::new();
    for given in &arguments.integrations {
        integrations.push(id_of(&integration::find(context, client, given).await?.0)?);
    }
    let source_code_version = match &arguments.source_code_version {
        Some(given) => Some(id_of(&source_code_version::find(context, client, given).await?.0)?),
        None => None,
    };
    let gone = arguments.unset.into_iter().map(|name| (name, Value::Null));
    let changes = WorkflowStepChanges {
        name: arguments.name,
        values: arguments.values.into_iter().chain(gone).collect(),
        integrations: (!integrations.is_empty()).then_some(integrations),
        source_code_version,
    };
    Ok(client
        .change_workflow_step(arguments.workflow, resource, changes)
        .await?)
}

/// The step that somebody means.
fn find(workflow: &Workflow, given: &str) -> anyhow::Result<ResourceId> {
    let is_it = |step: &&WorkflowStep| {
        let part = step.part.as_ref().map(|part| part.name.as_str());
        part == Some(given) || step.name == given || step.resource_id.to_string() == given
    };
    let found = workflow.steps.iter().find(is_it).map(|step| step.resource_id);
    found.ok_or_else(|| {
        let names: Vec<&str> = workflow.steps.iter().map(|step| step.name.as_str()).collect();
        Failure::error(
            format!("the workflow has no step \"{given}\""),
            format!("Its steps are: {}.", names.join(", ")),
        )
    })
}
