//! `slipway init`: tie a directory to a workspace.

use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use inquire::Text;
use slipway_api::Name;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_client::{Client, WorkspacePlace};

use super::project::find_project;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;
use crate::settings::{AppTable, FILE_NAME, Origin, ProjectFile, Setting, server_key};

/// Tie this directory to a workspace
///
/// Writes slipway.toml with the server, the organization (--organization) and the workspace (--workspace), so that
/// other commands need no flags here. A workspace that does not exist is created after you said yes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway init
  slipway init --organization acme --workspace shop-production
  slipway init --organization acme --workspace shop --project payments --create")]
pub(crate) struct InitArguments {
    /// The project for a new workspace, by name or id [default: the organization's default project]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Create the workspace without asking when it does not exist
    #[arg(long)]
    create: bool,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn run(context: &Context, arguments: InitArguments) -> anyhow::Result<Outcome> {
    let client = context.client()?;
    let organization = choose_organization(context, &client).await?;
    let workspace = choose_workspace(context)?;
    ensure_workspace(context, &client, &organization, &workspace, &arguments).await?;
    let url = server_key(client.base_url())
        .parse()
        .context("the server's address cannot be written")?;
    let path = context.environment.directory.join(FILE_NAME);
    let file = ProjectFile {
        url: Some(url),
        organization: Some(organization.clone()),
        workspace: Some(workspace.clone()),
        app: app_table(&path),
    };
    write(context, &path, &file, arguments.yes)?;
    context.output.done(&format!(
        "{} belongs to {organization}/{workspace}",
        context.environment.directory.display()
    ));
    context.output.note("  next: slipway plan");
    Ok(Outcome::Success)
}

/// The organization from the settings; else the only one there is; else the one that is typed.
async fn choose_organization(context: &Context, client: &Client) -> anyhow::Result<Name> {
    if let Ok(name) = context.organization() {
        return Ok(name.clone());
    }
    let organizations = client.organizations().up_to(20).await?;
    let names: Vec<Name> = organizations
        .into_iter()
        .map(|organization| organization.attributes.name)
        .collect();
    match names.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Failure::error(
            "there is no organization that you can see",
            "Create one: slipway organization create NAME",
        )),
        _ if !context.environment.is_interactive() => context.organization().cloned(),
        _ => Ok(inquire::Select::new("Organization:", names).prompt()?),
    }
}

/// The workspace from flag or environment; else the one that is typed, with what is known as the proposal.
fn choose_workspace(context: &Context) -> anyhow::Result<Name> {
    let known = context.settings.workspace.as_ref();
    let is_said = |setting: &&Setting<Name>| matches!(setting.origin, Origin::Flag | Origin::Variable(_));
    if let Some(setting) = known.filter(is_said) {
        return Ok(setting.value.clone());
    }
    let proposal = known
        .map(|setting| setting.value.to_string())
        .or_else(|| name_of(&context.environment.directory));
    if !context.environment.is_interactive() {
        return match known {
            Some(setting) => Ok(setting.value.clone()),
            None => context.workspace_name().cloned(),
        };
    }
    let mut question = Text::new("Workspace:");
    if let Some(proposal) = &proposal {
        question = question.with_default(proposal);
    }
    Ok(question.prompt()?.trim().parse()?)
}

/// The directory's name as far as a workspace can have it.
fn name_of(directory: &Path) -> Option<String> {
    let name = directory.file_name()?.to_str()?;
    let allowed = |letter: char| {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            letter
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(allowed).collect();
    let name = name.trim_matches(|letter| matches!(letter, '-' | '_'));
    name.parse::<Name>().ok().map(String::from)
}

async fn ensure_workspace(
    context: &Context,
    client: &Client,
    organization: &Name,
    name: &Name,
    arguments: &InitArguments,
) -> anyhow::Result<()> {
    match client.workspace_by_name(organization, name).await {
        Ok(_) => return Ok(()),
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error.into()),
    }
    let question = format!("{organization} has no workspace {name}. Create it?");
    if !arguments.create && !prompt::confirm(context, arguments.yes, &question)? {
        return Err(Failure::error(
            "nothing was done",
            "Name another workspace with --workspace.",
        ));
    }
    let project = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let place = WorkspacePlace {
        project,
        runner_pool: None,
    };
    let settings = WorkspaceSettings {
        name: Some(name.clone()),
        ..WorkspaceSettings::default()
    };
    client.create_workspace(organization, settings, place).await?;
    context.output.done(&format!("created the workspace {name}"));
    Ok(())
}

/// What a file that is there says about an app, which a workspace does not change.
fn app_table(path: &Path) -> Option<AppTable> {
    let before = std::fs::read_to_string(path).ok()?;
    ProjectFile::parse(&before).ok()?.app
}

fn write(context: &Context, path: &Path, file: &ProjectFile, yes: bool) -> anyhow::Result<()> {
    if let Ok(before) = std::fs::read_to_string(path) {
        // A file that says the same may have comments of its own.
        if ProjectFile::parse(&before).ok().as_ref() == Some(file) {
            return Ok(());
        }
        let question = format!("{} says something else. Replace it?", path.display());
        if !prompt::confirm(context, yes, &question)? {
            return Err(Failure::error(
                "slipway.toml stays as it was",
                "Remove it, or run slipway init elsewhere.",
            ));
        }
    }
    std::fs::write(path, file.render()).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/srv/shop", Some("shop"))]
    #[case("/srv/my shop (old)", Some("my-shop--old"))]
    #[case("/srv/.infra", Some("infra"))]
    #[case("/srv/été", Some("t"))]
    #[case("/", None)]
    fn a_directory_proposes_its_name(#[case] path: &str, #[case] expected: Option<&str>) {
        assert_eq!(name_of(Path::new(path)).as_deref(), expected);
    }
}
