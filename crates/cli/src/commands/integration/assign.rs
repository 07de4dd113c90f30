//! Which runs are given an integration.

use clap::{Args, ValueEnum};
use slipway_api::integrations::{AssignedPhases, IntegrationAssignment};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::find;
use crate::context::{Context, id_of};
use crate::failure::Failure;
use crate::output::Table;

#[derive(Debug, Args)]
pub(crate) struct AssignArguments {
    /// The integration, by name or id
    #[arg(value_name = "INTEGRATION")]
    integration: String,
    #[command(flatten)]
    place: PlaceArguments,
    /// Which phases of runs
    #[arg(long, value_enum, default_value_t, value_name = "PHASE")]
    phase: PhaseArgument,
}

#[derive(Debug, Args)]
pub(crate) struct UnassignArguments {
    /// The integration, by name or id
    #[arg(value_name = "INTEGRATION")]
    integration: String,
    #[command(flatten)]
    place: PlaceArguments,
}

#[derive(Debug, Args)]
struct PlaceArguments {
    /// All workspaces of a project [default: the workspace]
    #[arg(long, value_name = "NAME")]
    project: Option<Name>,
    /// All workspaces of the organization
    #[arg(long, conflicts_with = "project")]
    everywhere: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum PhaseArgument {
    /// Those that read
    Plan,
    /// Those that change
    Apply,
    /// All
    #[default]
    Both,
}

impl From<PhaseArgument> for AssignedPhases {
    fn from(phase: PhaseArgument) -> Self {
        match phase {
            PhaseArgument::Plan => Self::Plan,
            PhaseArgument::Apply => Self::Apply,
            PhaseArgument::Both => Self::Both,
        }
    }
}

pub(super) async fn list(context: &Context, client: &Client, integration: Option<String>) -> anyhow::Result<()> {
    let all = match integration {
        Some(given) => {
            let (found, _) = find(context, client, &given).await?;
            client.integration_assignments(id_of(&found)?).all().await?
        }
        None => {
            let workspace = context.workspace_id(client).await?;
            client.workspace_integrations(workspace).all().await?
        }
    };
    context.output.rows(
        &all,
        "Nothing. Give runs an integration: slipway integration assign INTEGRATION",
        table,
    )
}

pub(super) async fn assign(context: &Context, client: &Client, arguments: AssignArguments) -> anyhow::Result<()> {
    let (found, _) = find(context, client, &arguments.integration).await?;
    let target = target(context, client, &arguments.place).await?;
    let made = client
        .assign_integration(id_of(&found)?, &target, arguments.phase.into())
        .await?;
    if context.output.is_json() {
        return context.output.json(&made);
    }
    let given = &made.attributes;
    context.output.done(&format!(
        "runs of the {} {} get {} now ({})",
        given.scope,
        given.scope_name.as_deref().unwrap_or(&given.scope_id),
        found.attributes.name,
        phases(given.phases)
    ));
    Ok(())
}

pub(super) async fn unassign(context: &Context, client: &Client, arguments: UnassignArguments) -> anyhow::Result<()> {
    let (found, _) = find(context, client, &arguments.integration).await?;
    let target = target(context, client, &arguments.place).await?;
    client.unassign_integration(id_of(&found)?, &target).await?;
    context
        .output
        .done(&format!("runs there do not get {} any more", found.attributes.name));
    Ok(())
}

async fn target(context: &Context, client: &Client, place: &PlaceArguments) -> anyhow::Result<String> {
    if place.everywhere {
        let name = context.organization()?;
        return Ok(client.organization(name).await?.attributes.external_id);
    }
    let Some(project) = &place.project else {
        return Ok(context.workspace_id(client).await?.to_string());
    };
    let all = client.projects(context.organization()?, None).all().await?;
    let found = all.into_iter().find(|found| found.attributes.name == *project);
    found.map(|found| found.id).ok_or_else(|| {
        Failure::error(
            format!("there is no project {project}"),
            "See which there are: slipway project list",
        )
    })
}

fn table(assignments: &[Resource<IntegrationAssignment>]) -> Table {
    let mut table = Table::new(&["integration", "kind", "given to", "phases", "counts"]);
    for resource in assignments {
        let given = &resource.attributes;
        let name = given.integration_name.as_ref().map(ToString::to_string);
        table.row(vec![
            name.unwrap_or_else(|| given.integration_id.clone()),
            given.kind.clone(),
            format!(
                "{} {}",
                given.scope,
                given.scope_name.as_deref().unwrap_or(&given.scope_id)
            ),
            phases(given.phases).to_owned(),
            crate::output::yes_no(given.is_effective),
        ]);
    }
    table
}

fn phases(phases: AssignedPhases) -> &'static str {
    match phases {
        AssignedPhases::Plan => "plans",
        AssignedPhases::Apply => "applies",
        AssignedPhases::Both => "plans and applies",
    }
}
