//! `slipway workspace`

mod settings;
mod show;

use clap::Subcommand;
use slipway_api::ids::WorkspaceId;
use slipway_api::workspaces::Workspace;
use slipway_api::{Name, Resource};
use slipway_client::{Client, WorkspaceFilter};

use self::settings::SettingArguments;
use self::show::{show, table};
use super::project::find_project;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

pub(super) use self::settings::{tag, tag_text};

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// List the organization's workspaces
    #[command(after_help = "\
Examples:
  slipway workspace list
  slipway workspace list --search shop --tag env=production
  slipway workspace list --project payments --sort=-latest-change-at")]
    List {
        /// Only with this text in the name
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only with this tag
        #[arg(long, value_name = "KEY[=VALUE]")]
        tag: Option<String>,
        /// Only in this project, by name or id
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// Only whose newest run is in this status
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// name, -latest-change-at or created-at
        #[arg(long, value_name = "ORDER")]
        sort: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "NUMBER")]
        limit: usize,
    },
    /// Show a workspace
    #[command(after_help = "\
Examples:
  slipway workspace show
  slipway workspace show shop-production -o json")]
    Show {
        /// The workspace, by name or id [default: the directory's]
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Create a workspace
    #[command(after_help = "\
Examples:
  slipway workspace create shop-production
  slipway workspace create shop --project payments --engine-version '~>1.12' --tag env=test")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// Its project, by name or id [default: the organization's default project]
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Change a workspace's settings
    #[command(after_help = "\
Examples:
  slipway workspace update shop --auto-apply true
  slipway workspace update --new-name shop-eu --project payments")]
    Update {
        /// The workspace, by name or id [default: the directory's]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        /// Move it to this project, by name or id
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        #[command(flatten)]
        settings: SettingArguments,
    },
    /// Delete a workspace with its states and runs; refused while it manages resources
    #[command(after_help = "\
Examples:
  slipway workspace delete shop-test
  slipway workspace delete shop-test --yes")]
    Delete {
        /// The workspace, by name or id
        #[arg(value_name = "NAME")]
        name: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Lock a workspace, so that no run starts
    #[command(after_help = "\
Examples:
  slipway workspace lock --reason 'moving the database'
  slipway workspace lock shop-production")]
    Lock {
        /// The workspace, by name or id [default: the directory's]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Why, for those who find it locked
        #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
        reason: String,
    },
    /// Unlock a workspace
    #[command(after_help = "\
Examples:
  slipway workspace unlock
  slipway workspace unlock shop-production --force")]
    Unlock {
        /// The workspace, by name or id [default: the directory's]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Even when somebody else holds the lock
        #[arg(long)]
        force: bool,
    },
}

pub(super) async fn run(context: &Context, command: WorkspaceCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        WorkspaceCommand::List {
            search,
            tag,
            project,
            status,
            sort,
            limit,
        } => {
            let organization = context.organization()?;
            let project = match project {
                Some(project) => Some(id_of(&find_project(client, organization, &project).await?)?),
                None => None,
            };
            let filter = WorkspaceFilter {
                search,
                tag,
                project,
                status,
                sort,
            };
            let workspaces = client.workspaces(organization, &filter).up_to(limit).await?;
            context
                .output
                .rows(&workspaces, "No workspaces. Create one with slipway init.", table)?;
        }
        WorkspaceCommand::Show { name } => show(context, &find(context, client, name.as_deref()).await?)?,
        WorkspaceCommand::Create {
            name,
            project,
            settings,
        } => {
            let organization = context.organization()?;
            let project = match project {
                Some(project) => Some(id_of(&find_project(client, organization, &project).await?)?),
                None => None,
            };
            let settings = settings.settings(Some(name));
            show(
                context,
                &client.create_workspace(organization, settings, project).await?,
            )?;
        }
        WorkspaceCommand::Update {
            name,
            new_name,
            project,
            settings,
        } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            let project = match project {
                Some(project) => Some(id_of(&find_project(client, context.organization()?, &project).await?)?),
                None => None,
            };
            show(
                context,
                &client
                    .update_workspace(id, settings.settings(new_name), project)
                    .await?,
            )?;
        }
        WorkspaceCommand::Delete { name, yes } => return delete(context, client, &name, yes).await,
        WorkspaceCommand::Lock { name, reason } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            show(context, &client.lock_workspace(id, &reason).await?)?;
        }
        WorkspaceCommand::Unlock { name, force } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            show(context, &client.unlock_workspace(id, force).await?)?;
        }
    }
    Ok(Outcome::Success)
}

async fn delete(context: &Context, client: &Client, name: &str, yes: bool) -> anyhow::Result<Outcome> {
    let workspace = find(context, client, Some(name)).await?;
    let attributes = &workspace.attributes;
    let question = match attributes.resource_count {
        0 => format!("Delete the workspace {} with its states and runs?", attributes.name),
        count => format!(
            "{} still manages {count} resources, which go on existing. Delete it?",
            attributes.name
        ),
    };
    if !prompt::confirm(context, yes, &question)? {
        return Err(Failure::error(
            "nothing was deleted",
            "slipway destroy removes what a workspace manages.",
        ));
    }
    client.delete_workspace(id_of(&workspace)?).await?;
    context
        .output
        .done(&format!("deleted the workspace {}", attributes.name));
    Ok(Outcome::Success)
}

/// The workspace of this id or name, or the context's.
pub(super) async fn find(
    context: &Context,
    client: &Client,
    given: Option<&str>,
) -> anyhow::Result<Resource<Workspace>> {
    let Some(text) = given else {
        return context.workspace(client).await;
    };
    if let Ok(id) = text.parse::<WorkspaceId>() {
        return Ok(client.workspace(id).await?);
    }
    let (organization, name) = (context.organization()?, text.parse()?);
    match client.workspace_by_name(organization, &name).await {
        Err(error) if error.is_not_found() => {
            let what = format!("organization {organization} has no workspace {name} that you can see");
            Err(Failure::error(what, "See what there is: slipway workspace list"))
        }
        result => Ok(result?),
    }
}
