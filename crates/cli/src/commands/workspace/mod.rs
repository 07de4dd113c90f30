//! `slipway workspace`

mod settings;
mod show;
mod source;

use clap::{Args, Subcommand};
use slipway_api::ids::WorkspaceId;
use slipway_api::workspaces::Workspace;
use slipway_api::{Name, Resource};
use slipway_client::{Client, WorkspaceFilter, WorkspacePlace};

use self::settings::SettingArguments;
use self::show::{show, table};
use self::source::SourceArguments;
use super::project::find_project;
use super::runner_pool::find_pool;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::count;
use crate::prompt;

pub(super) use self::settings::{tag, tag_text};

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// List the organization's workspaces
    ///
    /// The newest run is the newest that may apply; for those that only plan see slipway run list.
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
  slipway workspace create shop --project payments --engine-version '~>1.12' --tag env=test
  slipway workspace create shop --runner-pool build
  slipway workspace create shop --repo platform/infra --dir shop --branch main")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        #[command(flatten)]
        place: PlaceArguments,
        #[command(flatten)]
        settings: Box<SettingArguments>,
        #[command(flatten)]
        source: Box<SourceArguments>,
    },
    /// Change a workspace's settings
    #[command(after_help = "\
Examples:
  slipway workspace update shop --auto-apply true
  slipway workspace update --new-name shop-eu --project payments
  slipway workspace update shop --runner-pool build
  slipway workspace update shop --execution-mode remote
  slipway workspace update shop --repo platform/infra --apply-when before-merge
  slipway workspace update shop --no-repo")]
    Update {
        /// The workspace, by name or id [default: the directory's]
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// A new name
        #[arg(long, value_name = "NAME")]
        new_name: Option<Name>,
        #[command(flatten)]
        place: PlaceArguments,
        #[command(flatten)]
        settings: Box<SettingArguments>,
        #[command(flatten)]
        source: Box<SourceArguments>,
    },
    /// Delete a workspace with its states and runs; refused while it manages resources
    ///
    /// With --force also while it manages resources: they go on existing, and nothing knows of them any more. That asks
    /// for the workspace's name.
    #[command(after_help = "\
Examples:
  slipway workspace delete shop-test
  slipway workspace delete shop-test --yes
  slipway workspace delete shop-test --force")]
    Delete {
        /// The workspace, by name or id
        #[arg(value_name = "NAME")]
        name: String,
        /// Even when it manages resources; leave them where they are, unmanaged
        #[arg(long)]
        force: bool,
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
        WorkspaceCommand::Show { name } => {
            let workspace = find(context, client, name.as_deref()).await?;
            show(context, client, &workspace).await?;
        }
        WorkspaceCommand::Create {
            name,
            place,
            settings,
            source,
        } => {
            let place = place.find(context, client).await?;
            let mut settings = settings.settings(Some(name), place.runner_pool);
            source.add_to(context, client, &mut settings).await?;
            let made = client
                .create_workspace(context.organization()?, settings, place)
                .await?;
            show(context, client, &made).await?;
        }
        WorkspaceCommand::Update {
            name,
            new_name,
            place,
            settings,
            source,
        } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            let place = place.find(context, client).await?;
            let mut settings = settings.settings(new_name, place.runner_pool);
            source.add_to(context, client, &mut settings).await?;
            show(context, client, &client.update_workspace(id, settings, place).await?).await?;
        }
        WorkspaceCommand::Delete { name, force, yes } => return delete(context, client, &name, force, yes).await,
        WorkspaceCommand::Lock { name, reason } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            show(context, client, &client.lock_workspace(id, &reason).await?).await?;
        }
        WorkspaceCommand::Unlock { name, force } => {
            let id = id_of(&find(context, client, name.as_deref()).await?)?;
            show(context, client, &client.unlock_workspace(id, force).await?).await?;
        }
    }
    Ok(Outcome::Success)
}

/// What a workspace belongs to, as flags.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// The project that it is in, by name or id; a new one is in the default project
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// The pool whose runners do its runs, by name or id; --execution-mode remote takes it back
    #[arg(long, value_name = "POOL", conflicts_with = "execution_mode")]
    runner_pool: Option<String>,
}

impl PlaceArguments {
    async fn find(self, context: &Context, client: &Client) -> anyhow::Result<WorkspacePlace> {
        let mut place = WorkspacePlace::default();
        if let Some(project) = &self.project {
            place.project = Some(id_of(&find_project(client, context.organization()?, project).await?)?);
        }
        if let Some(pool) = &self.runner_pool {
            place.runner_pool = Some(id_of(&find_pool(context, client, pool).await?)?);
        }
        Ok(place)
    }
}

async fn delete(context: &Context, client: &Client, name: &str, force: bool, yes: bool) -> anyhow::Result<Outcome> {
    let workspace = find(context, client, Some(name)).await?;
    let attributes = &workspace.attributes;
    let (name, resources) = (&attributes.name, u64::from(attributes.resource_count));
    if resources > 0 && !force {
        let what = format!("{name} still manages {}", count(resources, "resource"));
        let next = format!(
            "Destroy them first: slipway destroy --workspace {name}; or leave them where they are, unmanaged: \
             slipway workspace delete {name} --force"
        );
        return Err(Failure::error(what, next));
    }
    let question = format!("Delete the workspace {name} with its states and runs?");
    let is_wanted = if resources > 0 {
        let what = format!(
            "{name} manages {}, which go on existing and cost",
            count(resources, "resource")
        );
        prompt::confirm_by_name(context, yes, &what, name.as_str())?
    } else {
        prompt::confirm(context, yes, &question)?
    };
    if !is_wanted {
        return Err(Failure::error("nothing was deleted", "The workspace stays as it was."));
    }
    client.delete_workspace(id_of(&workspace)?, force).await?;
    context.output.done(&format!("deleted the workspace {name}"));
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
