//! `slipway project`

use clap::Subcommand;
use slipway_api::ids::ProjectId;
use slipway_api::projects::{NewProject, Project, ProjectChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::project_rules::{self, ProjectRulesCommand};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, one_line, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// List the organization's projects
    #[command(after_help = "\
Examples:
  slipway project list
  slipway project list --search pay -o json")]
    List {
        /// Only with this text in the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Show a project
    #[command(after_help = "Examples:\n  slipway project show payments")]
    Show {
        /// The project, by name or id
        #[arg(value_name = "PROJECT")]
        project: String,
    },
    /// Create a project
    #[command(after_help = "Examples:\n  slipway project create payments --description 'money in and out'")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Change a project
    #[command(after_help = "Examples:\n  slipway project update payments --new-name billing")]
    Update {
        /// The project, by name or id
        #[arg(value_name = "PROJECT")]
        project: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        /// What it is for; empty for nothing
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// What a project says about the resources of the catalog in it
    #[command(subcommand)]
    Rules(ProjectRulesCommand),
    /// Delete a project
    #[command(after_help = "Examples:\n  slipway project delete payments --yes")]
    Delete {
        /// The project, by name or id
        #[arg(value_name = "PROJECT")]
        project: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: ProjectCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    let organization = context.organization()?;
    match command {
        ProjectCommand::List { search } => {
            let projects = client.projects(organization, search.as_deref()).all().await?;
            context.output.rows(
                &projects,
                "No projects that you can see. Create one: slipway project create NAME",
                table,
            )?;
        }
        ProjectCommand::Show { project } => show(context, &find_project(client, organization, &project).await?)?,
        ProjectCommand::Create { name, description } => {
            show(
                context,
                &client
                    .create_project(organization, NewProject { name, description })
                    .await?,
            )?;
        }
        ProjectCommand::Update {
            project,
            new_name,
            description,
        } => {
            let id = id_of(&find_project(client, organization, &project).await?)?;
            let description = description.map(|text| (!text.is_empty()).then_some(text));
            show(
                context,
                &client
                    .update_project(
                        id,
                        ProjectChanges {
                            name: new_name,
                            description,
                        },
                    )
                    .await?,
            )?;
        }
        ProjectCommand::Rules(command) => return project_rules::run(context, client, command).await,
        ProjectCommand::Delete { project, yes } => {
            let project = find_project(client, organization, &project).await?;
            let name = &project.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the project {name}?"))? {
                return Err(Failure::error("nothing was deleted", "The project stays as it was."));
            }
            client.delete_project(id_of(&project)?).await?;
            context.output.done(&format!("deleted the project {name}"));
        }
    }
    Ok(Outcome::Success)
}

/// The project of this id or name.
pub(super) async fn find_project(
    client: &Client,
    organization: &Name,
    text: &str,
) -> anyhow::Result<Resource<Project>> {
    if let Ok(id) = text.parse::<ProjectId>() {
        return Ok(client.project(id).await?);
    }
    let name: Name = text.parse()?;
    client.find_project(organization, &name).await?.ok_or_else(|| {
        let what = format!("organization {organization} has no project {name} that you can see");
        Failure::error(what, "See what there is: slipway project list")
    })
}

fn table(projects: &[Resource<Project>]) -> Table {
    let mut table = Table::new(&["name", "id", "default", "age", "description"]);
    for resource in projects {
        let project = &resource.attributes;
        table.row(vec![
            project.name.to_string(),
            resource.id.clone(),
            yes_no(project.is_default),
            age(project.created_at, now()),
            one_line(project.description.as_deref().unwrap_or_default(), 60),
        ]);
    }
    table
}

fn show(context: &Context, project: &Resource<Project>) -> anyhow::Result<()> {
    context.output.one(project, |project| {
        vec![
            ("Name", project.attributes.name.to_string()),
            ("Id", project.id.clone()),
            (
                "Description",
                project.attributes.description.clone().unwrap_or_default(),
            ),
            ("Default", yes_no(project.attributes.is_default)),
            ("Age", age(project.attributes.created_at, now())),
        ]
    })
}
