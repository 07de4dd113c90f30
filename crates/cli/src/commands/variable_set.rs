//! `slipway variable-set`; the variables in a set are `slipway variable --set`.

use clap::{Args, Subcommand};
use slipway_api::ids::VariableSetId;
use slipway_api::variable_sets::{VariableSet, VariableSetSettings};
use slipway_api::{Name, Resource};
use slipway_client::{Client, VariableSetTarget};

use super::project::find_project;
use super::workspace::{self, tag, tag_text};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, one_line, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum VariableSetCommand {
    /// List the organization's variable sets
    #[command(after_help = "Examples:\n  slipway variable-set list")]
    List,
    /// Show a variable set
    #[command(after_help = "Examples:\n  slipway variable-set show shared\n  slipway variable list --set shared")]
    Show {
        /// The set, by name or id
        #[arg(value_name = "SET")]
        set: String,
    },
    /// Create a variable set
    #[command(after_help = "\
Examples:
  slipway variable-set create shared --global true
  slipway variable-set create production --tag env=production --priority true")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Change a variable set
    #[command(after_help = "Examples:\n  slipway variable-set update shared --new-name common --global false")]
    Update {
        /// The set, by name or id
        #[arg(value_name = "SET")]
        set: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Delete a variable set with its variables
    #[command(after_help = "Examples:\n  slipway variable-set delete shared --yes")]
    Delete {
        /// The set, by name or id
        #[arg(value_name = "SET")]
        set: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Give a variable set to workspaces or projects
    #[command(after_help = "\
Examples:
  slipway variable-set assign shared --to shop-production --to shop-test
  slipway variable-set assign shared --project payments")]
    Assign(AssignmentArguments),
    /// Take a variable set from workspaces or projects
    #[command(after_help = "Examples:\n  slipway variable-set unassign shared --to shop-test")]
    Unassign(AssignmentArguments),
}

/// Settings of a new set, or changes to one.
#[derive(Debug, Clone, Args)]
pub(crate) struct SettingArguments {
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whether every workspace of the organization gets it
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    global: Option<bool>,
    /// Whether its values win over the workspace's own
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    priority: Option<bool>,
    /// Workspaces with this tag get it; replaces all (repeatable)
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    tags: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct AssignmentArguments {
    /// The set, by name or id
    #[arg(value_name = "SET")]
    set: String,
    /// A workspace, by name or id (repeatable)
    #[arg(long = "to", value_name = "WORKSPACE", required_unless_present = "projects")]
    workspaces: Vec<String>,
    /// A project, by name or id (repeatable)
    #[arg(long = "project", value_name = "PROJECT")]
    projects: Vec<String>,
}

impl SettingArguments {
    fn settings(self, name: Option<Name>) -> VariableSetSettings {
        let tags = (!self.tags.is_empty()).then(|| self.tags.iter().map(|text| tag(text)).collect());
        VariableSetSettings {
            name,
            description: self.description,
            global: self.global,
            priority: self.priority,
            tags,
        }
    }
}

pub(super) async fn run(context: &Context, command: VariableSetCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        VariableSetCommand::List => {
            let sets = client.variable_sets(context.organization()?).all().await?;
            context.output.rows(
                &sets,
                "No variable sets. Create one: slipway variable-set create NAME",
                table,
            )?;
        }
        VariableSetCommand::Show { set } => show(context, &find_variable_set(context, client, &set).await?)?,
        VariableSetCommand::Create { name, settings } => {
            let settings = settings.settings(Some(name));
            show(
                context,
                &client.create_variable_set(context.organization()?, settings).await?,
            )?;
        }
        VariableSetCommand::Update {
            set,
            new_name,
            settings,
        } => {
            let id = id_of(&find_variable_set(context, client, &set).await?)?;
            show(
                context,
                &client.update_variable_set(id, settings.settings(new_name)).await?,
            )?;
        }
        VariableSetCommand::Delete { set, yes } => {
            let set = find_variable_set(context, client, &set).await?;
            let (name, count) = (&set.attributes.name, set.attributes.var_count);
            if !prompt::confirm(
                context,
                yes,
                &format!("Delete the set {name} with its {count} variables?"),
            )? {
                return Err(Failure::error(
                    "nothing was deleted",
                    "The variable set stays as it was.",
                ));
            }
            client.delete_variable_set(id_of(&set)?).await?;
            context.output.done(&format!("deleted the variable set {name}"));
        }
        VariableSetCommand::Assign(arguments) => assign(context, client, &arguments, true).await?,
        VariableSetCommand::Unassign(arguments) => assign(context, client, &arguments, false).await?,
    }
    Ok(Outcome::Success)
}

async fn assign(context: &Context, client: &Client, arguments: &AssignmentArguments, give: bool) -> anyhow::Result<()> {
    let set: VariableSetId = id_of(&find_variable_set(context, client, &arguments.set).await?)?;
    let mut targets = Vec::new();
    for name in &arguments.workspaces {
        let id = id_of(&workspace::find(context, client, Some(name)).await?)?;
        targets.push((name, VariableSetTarget::Workspace(id)));
    }
    for name in &arguments.projects {
        let id = id_of(&find_project(client, context.organization()?, name).await?)?;
        targets.push((name, VariableSetTarget::Project(id)));
    }
    for (name, target) in targets {
        if give {
            client.assign_variable_set(set, target).await?;
            context.output.done(&format!("{name} gets {}", arguments.set));
        } else {
            client.unassign_variable_set(set, target).await?;
            context.output.done(&format!("{name} no longer gets {}", arguments.set));
        }
    }
    Ok(())
}

/// The variable set of this id or name.
pub(super) async fn find_variable_set(
    context: &Context,
    client: &Client,
    text: &str,
) -> anyhow::Result<Resource<VariableSet>> {
    if let Ok(id) = text.parse::<VariableSetId>() {
        return Ok(client.variable_set(id).await?);
    }
    let sets = client.variable_sets(context.organization()?).all().await?;
    sets.into_iter()
        .find(|set| set.attributes.name.as_str() == text)
        .ok_or_else(|| {
            Failure::error(
                format!("there is no variable set {text} that you can see"),
                "See what there is: slipway variable-set list",
            )
        })
}

fn table(sets: &[Resource<VariableSet>]) -> Table {
    let mut table = Table::new(&["name", "variables", "global", "priority", "tags", "description"]).numeric(1);
    for resource in sets {
        let set = &resource.attributes;
        table.row(vec![
            set.name.to_string(),
            set.var_count.to_string(),
            yes_no(set.global),
            yes_no(set.priority),
            set.tags.iter().map(tag_text).collect::<Vec<_>>().join(", "),
            one_line(&set.description, 50),
        ]);
    }
    table
}

fn show(context: &Context, set: &Resource<VariableSet>) -> anyhow::Result<()> {
    context.output.one(set, |resource| {
        let set = &resource.attributes;
        vec![
            ("Name", set.name.to_string()),
            ("Id", resource.id.clone()),
            ("Description", set.description.clone()),
            ("For all workspaces", yes_no(set.global)),
            ("Wins over others", yes_no(set.priority)),
            ("Tags", set.tags.iter().map(tag_text).collect::<Vec<_>>().join(", ")),
            ("Variables", set.var_count.to_string()),
        ]
    })
}
