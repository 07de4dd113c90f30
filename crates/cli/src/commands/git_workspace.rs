//! `slipway git-workspace`

use clap::{Subcommand, ValueEnum};
use slipway_api::git_workspaces::{
    GitWorkspace, GitWorkspaceChanges, GitWorkspaceMode, GitWorkspaceResource, NewGitWorkspace, ProposedPullRequest,
};
use slipway_api::ids::GitWorkspaceId;
use slipway_api::resource_changes::CatalogRulesChanges;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::project::find_project;
use super::repository::find_integration;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum GitWorkspaceCommand {
    /// List the git workspaces
    #[command(after_help = "Examples:\n  slipway git-workspace list")]
    List,
    /// Show a git workspace with the resources whose code is in it
    #[command(after_help = "Examples:\n  slipway git-workspace show live")]
    Show(One),
    /// Make a repository a git workspace: code of resources is pushed to it
    #[command(after_help = "\
Examples:
  slipway git-workspace create live --repository platform/live --integration gitea
  slipway git-workspace create live --repository platform/live --integration gitea --mode pull-request
  slipway git-workspace create live --repository https://git.example.com/live.git --branch main --directory infra")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// The repository's full name at the integration's forge, or its whole address
        #[arg(long, value_name = "REPOSITORY")]
        repository: String,
        /// The integration that may push to it, by name or id; none where everybody may
        #[arg(long, value_name = "INTEGRATION")]
        integration: Option<String>,
        /// The branch that the code is kept on [default: the repository's default branch]
        #[arg(long, value_name = "BRANCH")]
        branch: Option<String>,
        /// The directory that the code is kept below [default: the top]
        #[arg(long, default_value = "", hide_default_value = true, value_name = "DIRECTORY")]
        directory: String,
        /// How changes come to the branch
        #[arg(long, value_enum, default_value = "push", value_name = "MODE")]
        mode: Mode,
        /// What it is for
        #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
        description: String,
    },
    /// Change a git workspace; its branch and directory only while no code is in it
    #[command(after_help = "\
Examples:
  slipway git-workspace update live --description 'What runs'
  slipway git-workspace update live --mode pull-request")]
    Update {
        #[command(flatten)]
        one: One,
        /// Another name
        #[arg(long, value_name = "NAME")]
        name: Option<Name>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The branch that the code is kept on; empty for the repository's default branch
        #[arg(long, value_name = "BRANCH")]
        branch: Option<String>,
        /// The directory that the code is kept below
        #[arg(long, value_name = "DIRECTORY")]
        directory: Option<String>,
        /// How changes come to the branch
        #[arg(long, value_enum, value_name = "MODE")]
        mode: Option<Mode>,
    },
    /// Delete a git workspace that no project names; what is in the repository stays
    #[command(after_help = "Examples:\n  slipway git-workspace delete live --yes")]
    Delete {
        #[command(flatten)]
        one: One,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Keep the code of a project's resources in a git workspace
    #[command(after_help = "Examples:\n  slipway git-workspace assign live --project shop")]
    Assign {
        #[command(flatten)]
        one: One,
        /// The project, by name or id
        #[arg(long, value_name = "PROJECT")]
        project: String,
    },
    /// Keep the code of a project's resources nowhere any more; what is in the repository stays
    #[command(after_help = "Examples:\n  slipway git-workspace unassign --project shop")]
    Unassign {
        /// The project, by name or id
        #[arg(long, value_name = "PROJECT")]
        project: String,
    },
    /// Have the code of every resource brought to where it shall be
    #[command(after_help = "Examples:\n  slipway git-workspace sync live")]
    Sync(One),
}

/// How changes come to the branch that code is kept on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// A branch for each change, merged when the change is confirmed
    Push,
    /// A pull request for each change: merging it approves, closing it rejects
    PullRequest,
}

impl From<Mode> for GitWorkspaceMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Push => Self::Push,
            Mode::PullRequest => Self::PullRequest,
        }
    }
}

/// A git workspace.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The git workspace, by name or id
    #[arg(value_name = "GIT-WORKSPACE")]
    git_workspace: String,
}

pub(super) async fn run(context: &Context, command: GitWorkspaceCommand) -> anyhow::Result<Outcome> {
    use GitWorkspaceCommand as Command;
    let client = &context.client()?;
    match command {
        Command::List => {
            let all = client.git_workspaces(context.organization()?).all().await?;
            let nothing = "No git workspaces. Make one: slipway git-workspace create NAME --repository REPOSITORY";
            context.output.rows(&all, nothing, table)?;
        }
        Command::Show(one) => {
            let found = find(context, client, &one.git_workspace).await?;
            show(context, &found)?;
            if !context.output.is_json() {
                let rows = client.git_workspace_resources(id_of(&found)?).all().await?;
                context.output.rows(&rows, "No resources.", resources)?;
            }
        }
        Command::Create {
            name,
            repository,
            integration,
            branch,
            directory,
            mode,
            description,
        } => {
            let integration_id = match integration {
                Some(integration) => Some(find_integration(context, client, &integration).await?),
                None => None,
            };
            let new = NewGitWorkspace {
                name,
                description,
                identifier: repository,
                integration_id,
                branch,
                directory,
                mode: mode.into(),
            };
            show(
                context,
                &client.create_git_workspace(context.organization()?, new).await?,
            )?;
        }
        Command::Update {
            one,
            name,
            description,
            branch,
            directory,
            mode,
        } => {
            let id: GitWorkspaceId = id_of(&find(context, client, &one.git_workspace).await?)?;
            let changes = GitWorkspaceChanges {
                name,
                description,
                branch: branch.map(|branch| Some(branch).filter(|branch| !branch.is_empty())),
                directory,
                mode: mode.map(Into::into),
            };
            let (_, tag) = client.git_workspace(id).await?;
            show(context, &client.update_git_workspace(id, changes, &tag).await?)?;
        }
        Command::Delete { one, yes } => return delete(context, client, &one.git_workspace, yes).await,
        Command::Assign { one, project } => {
            let found = find(context, client, &one.git_workspace).await?;
            let project = assign(context, client, &project, Some(id_of(&found)?)).await?;
            let name = &found.attributes.name;
            context
                .output
                .done(&format!("the code of the resources of {project} is kept in {name}"));
        }
        Command::Unassign { project } => {
            let project = assign(context, client, &project, None).await?;
            context
                .output
                .done(&format!("the code of the resources of {project} is not kept any more"));
        }
        Command::Sync(one) => {
            let id = id_of(&find(context, client, &one.git_workspace).await?)?;
            let found = client.synchronize_git_workspace(id).await?;
            let name = &found.attributes.name;
            context
                .output
                .done(&format!("looking at {name}; see: slipway git-workspace show {name}"));
        }
    }
    Ok(Outcome::Success)
}

async fn assign(context: &Context, client: &Client, project: &str, id: Option<GitWorkspaceId>) -> anyhow::Result<Name> {
    let project = find_project(client, context.organization()?, project).await?;
    let (_, tag) = client.catalog_rules(id_of(&project)?).await?;
    let changes = CatalogRulesChanges {
        git_workspace: Some(id),
        ..CatalogRulesChanges::default()
    };
    client.update_catalog_rules(id_of(&project)?, changes, &tag).await?;
    Ok(project.attributes.name)
}

async fn delete(context: &Context, client: &Client, text: &str, yes: bool) -> anyhow::Result<Outcome> {
    let found = find(context, client, text).await?;
    let name = &found.attributes.name;
    if !prompt::confirm(context, yes, &format!("Delete the git workspace {name}?"))? {
        return Err(Failure::error("nothing was deleted", "The git workspace stays."));
    }
    client.delete_git_workspace(id_of(&found)?).await?;
    context.output.done(&format!("deleted the git workspace {name}"));
    Ok(Outcome::Success)
}

/// The git workspace of this id or name.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<GitWorkspace>> {
    if let Ok(id) = given.parse::<GitWorkspaceId>() {
        return Ok(client.git_workspace(id).await?.0);
    }
    let all = client.git_workspaces(context.organization()?).all().await?;
    let is_it = |one: &Resource<GitWorkspace>| one.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        let next = "See which there are: slipway git-workspace list";
        Failure::error(format!("there is no git workspace {given}"), next)
    })
}

fn table(all: &[Resource<GitWorkspace>]) -> Table {
    let columns = &[
        "name",
        "id",
        "repository",
        "branch",
        "directory",
        "mode",
        "resources",
        "problems",
    ];
    let mut table = Table::new(columns).numeric(6).numeric(7);
    for resource in all {
        let shown = &resource.attributes;
        table.row(vec![
            shown.name.to_string(),
            resource.id.clone(),
            shown.repository.clone(),
            shown.branch.clone().unwrap_or_default(),
            shown.directory.clone(),
            shown.mode.word().to_owned(),
            shown.resource_count.to_string(),
            shown.problem_count.to_string(),
        ]);
    }
    table
}

fn resources(all: &[Resource<GitWorkspaceResource>]) -> Table {
    let mut table = Table::new(&["resource", "status", "directory", "branch", "pull request", "problem"]);
    for resource in all {
        let shown = &resource.attributes;
        table.row(vec![
            shown.name.clone(),
            shown.status.word().to_owned(),
            shown.directory.clone(),
            shown.branch.clone().unwrap_or_default(),
            shown.pull_request.as_ref().map(request).unwrap_or_default(),
            shown.problem.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// A pull request in a few words: `#7 (open)`.
fn request(shown: &ProposedPullRequest) -> String {
    format!("#{} ({})", shown.number, shown.state.word())
}

fn show(context: &Context, found: &Resource<GitWorkspace>) -> anyhow::Result<()> {
    context.output.one(found, |resource| {
        let shown = &resource.attributes;
        vec![
            ("Name", shown.name.to_string()),
            ("Id", resource.id.clone()),
            ("Repository", shown.repository.clone()),
            ("Address", shown.address.clone()),
            ("Branch", shown.branch.clone().unwrap_or_else(|| "(default)".to_owned())),
            ("Directory", shown.directory.clone()),
            ("Mode", shown.mode.word().to_owned()),
            ("Description", shown.description.clone()),
            ("Resources", shown.resource_count.to_string()),
            ("Problems", shown.problem_count.to_string()),
            ("Age", age(shown.created_at, now())),
        ]
    })
}
