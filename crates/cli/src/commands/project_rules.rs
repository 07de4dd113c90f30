//! `slipway project rules`: what a project says about the resources of the catalog that stand in it.

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::Resource;
use slipway_api::ids::ProjectId;
use slipway_api::resource_changes::{CatalogRules, CatalogRulesChanges, WhenStale};
use slipway_api::resources::ResourceSetting;
use slipway_client::Client;

use super::project::find_project;
use super::resource::order::{entry, merged};
use crate::context::{Context, id_of};
use crate::failure::Outcome;

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectRulesCommand {
    /// Show what a project says about its resources
    #[command(after_help = "Examples:\n  slipway project rules show payments")]
    Show {
        /// The project, by name or id
        #[arg(value_name = "PROJECT")]
        project: String,
    },
    /// Change what a project says about its resources; what is not named stays
    #[command(after_help = "\
Examples:
  slipway project rules set payments --when-stale plan
  slipway project rules set payments --free labels --free values/size
  slipway project rules set payments --tag team=payments --setting region=north --remove-setting zone
  slipway project rules set payments --git-workspace live
  slipway project rules set trial --demo true")]
    Set(SetArguments),
}

/// `slipway project rules set`
#[derive(Debug, Args)]
pub(crate) struct SetArguments {
    /// The project, by name or id
    #[arg(value_name = "PROJECT")]
    project: String,
    /// What happens to a resource when something below it changed
    #[arg(long, value_enum, value_name = "WHAT")]
    when_stale: Option<Following>,
    /// A field that is changed without approval: labels, tags, values/size; may be given several times, and takes the place of
    /// all
    #[arg(long, value_name = "FIELD", conflicts_with = "free_nothing")]
    free: Vec<String>,
    /// Nothing but the description is changed without approval
    #[arg(long)]
    free_nothing: bool,
    /// The git workspace that the code of its resources is kept in, by name or id
    #[arg(long, value_name = "GIT WORKSPACE", conflicts_with = "no_git_workspace")]
    git_workspace: Option<String>,
    /// The code of its resources is kept nowhere
    #[arg(long)]
    no_git_workspace: bool,
    /// Whether its resources are demos: planned, and never made; decided while the project has none
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    demo: Option<bool>,
    /// A tag that all its resources have; may be given several times
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = entry)]
    tag: Vec<(String, String)>,
    /// A tag that is taken away; may be given several times
    #[arg(long, value_name = "NAME")]
    remove_tag: Vec<String>,
    /// A setting that all its resources have; may be given several times
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = entry)]
    setting: Vec<(String, String)>,
    /// A setting that is taken away; may be given several times
    #[arg(long, value_name = "NAME")]
    remove_setting: Vec<String>,
}

/// What happens to a resource when something below it changed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Following {
    /// It is said at the resource
    Notify,
    /// A change is opened, which waits with its plan
    Plan,
    /// The same, and it is applied where no approval is needed
    Apply,
}

pub(super) async fn run(context: &Context, client: &Client, command: ProjectRulesCommand) -> anyhow::Result<Outcome> {
    match command {
        ProjectRulesCommand::Show { project } => {
            let id = of_project(context, client, &project).await?;
            show(context, &client.catalog_rules(id).await?.0)?;
        }
        ProjectRulesCommand::Set(arguments) => {
            let id = of_project(context, client, &arguments.project).await?;
            let (seen, tag) = client.catalog_rules(id).await?;
            let changes = changes(context, client, arguments, &seen.attributes).await?;
            show(context, &client.update_catalog_rules(id, changes, &tag).await?)?;
        }
    }
    Ok(Outcome::Success)
}

async fn of_project(context: &Context, client: &Client, given: &str) -> anyhow::Result<ProjectId> {
    id_of(&find_project(client, context.organization()?, given).await?)
}

async fn changes(
    context: &Context,
    client: &Client,
    arguments: SetArguments,
    before: &CatalogRules,
) -> anyhow::Result<CatalogRulesChanges> {
    let entries = |said: Vec<(String, String)>| -> Vec<ResourceSetting> {
        let entry = |(name, value)| ResourceSetting {
            name,
            value,
            is_inherited: true,
        };
        said.into_iter().map(entry).collect()
    };
    let git_workspace = match (&arguments.git_workspace, arguments.no_git_workspace) {
        (Some(given), _) => Some(Some(id_of(&super::git_workspace::find(context, client, given).await?)?)),
        (None, true) => Some(None),
        (None, false) => None,
    };
    Ok(CatalogRulesChanges {
        when_stale: arguments.when_stale.map(|following| match following {
            Following::Notify => WhenStale::Notify,
            Following::Plan => WhenStale::Plan,
            Following::Apply => WhenStale::Apply,
        }),
        unapproved_fields: match (arguments.free.is_empty(), arguments.free_nothing) {
            (true, false) => None,
            (true, true) => Some(Vec::new()),
            (false, _) => Some(arguments.free),
        },
        git_workspace,
        is_demo: arguments.demo,
        tags: merged(&before.tags, entries(arguments.tag), &arguments.remove_tag),
        settings: merged(&before.settings, entries(arguments.setting), &arguments.remove_setting),
    })
}

fn show(context: &Context, rules: &Resource<CatalogRules>) -> anyhow::Result<()> {
    context.output.one(rules, |resource| {
        let rules = &resource.attributes;
        let entries = |all: &[ResourceSetting]| {
            let lines = all.iter().map(|one| format!("{}={}", one.name, one.value));
            lines.collect::<Vec<_>>().join("\n")
        };
        let following = match rules.when_stale {
            WhenStale::Notify => "it is said at the resource",
            WhenStale::Plan => "a change is opened, which waits with its plan",
            WhenStale::Apply => "a change is opened, and applied where no approval is needed",
        };
        vec![
            ("When something below changes", following.to_owned()),
            ("Changed without approval", rules.unapproved_fields.join(", ")),
            (
                "Git workspace",
                rules.git_workspace.map(|id| id.to_string()).unwrap_or_default(),
            ),
            (
                "Demo",
                match rules.is_demo {
                    true => "yes: its resources are planned, and never made".to_owned(),
                    false => "no".to_owned(),
                },
            ),
            ("Tags", entries(&rules.tags)),
            ("Settings", entries(&rules.settings)),
        ]
    })
}
