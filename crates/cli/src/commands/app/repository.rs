//! `slipway app repository`: where an app is deployed from.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::app_repositories::{AppRepository, AppRepositorySettings};
use slipway_client::Client;

use super::super::repository::opening;
use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::Outcome;
use crate::output::yes_no;

#[derive(Debug, Subcommand)]
pub(crate) enum RepositoryCommand {
    /// Show the repository that an app is deployed from
    #[command(after_help = "Examples:\n  slipway app repository show\n  slipway app repository show web --output json")]
    Show {
        #[command(flatten)]
        one: One,
    },
    Connect(ConnectArguments),
    /// Disconnect an app from its repository: what runs goes on
    #[command(after_help = "Examples:\n  slipway app repository disconnect web")]
    Disconnect {
        #[command(flatten)]
        one: One,
    },
}

/// Connect an app to the repository that it is deployed from, or change how: all settings together
///
/// Nothing is deployed by that: deploy the newest commit by `slipway app deploy --commit BRANCH`, or push.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app repository connect acme/shop --app web --on-push
  slipway app repository connect acme/shop --app web --branch main --directory services/web --on-push
  slipway app repository connect https://git.example.com/acme/shop.git --app web
  slipway app repository connect acme/shop --integration gitea --platform python")]
pub(crate) struct ConnectArguments {
    /// The repository: its name at the integration's forge, or its whole address
    #[arg(value_name = "REPOSITORY")]
    repository: String,
    #[command(flatten)]
    of: OfApp,
    /// The integration that opens the repository, by name or id [default: the only forge that there is]
    #[arg(long, value_name = "INTEGRATION")]
    integration: Option<String>,
    /// The branch to follow [default: the repository's default one]
    #[arg(long, default_value = "", hide_default_value = true, value_name = "BRANCH")]
    branch: String,
    /// The folder in it to deploy [default: all of it]
    #[arg(long, default_value = "", hide_default_value = true, value_name = "FOLDER")]
    directory: String,
    /// Deploy each push to the branch that changes something in the folder
    #[arg(long)]
    on_push: bool,
    /// The Dockerfile in the folder [default: Dockerfile, where there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "platform")]
    dockerfile: Option<String>,
    /// What makes an image of source without a Dockerfile [default: found out]
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
}

pub(super) async fn run(context: &Context, client: &Client, command: RepositoryCommand) -> anyhow::Result<Outcome> {
    match command {
        RepositoryCommand::Show { one } => {
            let app = one.find(context, client).await?;
            show(context, &client.app_repository(id_of(&app)?).await?)?;
        }
        RepositoryCommand::Connect(arguments) => connect(context, client, arguments).await?,
        RepositoryCommand::Disconnect { one } => {
            let app = one.find(context, client).await?;
            client.disconnect_app_repository(id_of(&app)?).await?;
            let name = &app.attributes.name;
            context.output.done(&format!("disconnected {name} from its repository"));
        }
    }
    Ok(Outcome::Success)
}

async fn connect(context: &Context, client: &Client, arguments: ConnectArguments) -> anyhow::Result<()> {
    let app = arguments.of.find(context, client).await?;
    let (named, repository) = (arguments.integration.as_deref(), arguments.repository.as_str());
    let settings = AppRepositorySettings {
        integration_id: opening(context, client, named, Some(repository)).await?,
        identifier: arguments.repository,
        branch: arguments.branch,
        directory: arguments.directory,
        deploys_on_push: arguments.on_push,
        dockerfile: arguments.dockerfile,
        platform: arguments.platform,
    };
    let connected = client.connect_app_repository(id_of(&app)?, settings).await?;
    show(context, &connected)
}

fn show(context: &Context, of_app: &Resource<AppRepository>) -> anyhow::Result<()> {
    context.output.one(of_app, |resource| {
        let of_app = &resource.attributes;
        let built = match (&of_app.dockerfile, &of_app.platform) {
            (Some(file), _) => file.clone(),
            (None, Some(platform)) => format!("the platform {platform}"),
            (None, None) => "what is found".to_owned(),
        };
        let directory = match of_app.directory.as_str() {
            "" => "all of it",
            directory => directory,
        };
        vec![
            ("Repository", of_app.full_name.clone()),
            ("Branch", of_app.branch.clone()),
            ("Folder", directory.to_owned()),
            ("Built by", built),
            ("Deploys each push", yes_no(of_app.deploys_on_push).to_owned()),
            ("Newest push", of_app.commit.clone().unwrap_or_default()),
            ("What became of it", of_app.reason.clone()),
        ]
    })?;
    Ok(())
}
