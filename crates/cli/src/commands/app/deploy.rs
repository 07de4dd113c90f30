//! `slipway app deploy`: from a directory, an archive, an image or a commit to what runs.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use slipway_api::apps::{App, NewApp};
use slipway_api::deploys::{Deploy, NewDeploy};
use slipway_api::{Name, Resource};
use slipway_client::{Client, ClientError};

use super::follow::{self, Awaited, Waiting};
use super::source::Source;
use super::which::{self, Looked, Missing, OfApp};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;
use crate::settings::{AppTable, ProjectFile};

/// Deploy a directory, an archive, an image or a commit, and follow it until it runs
///
/// Of a directory only what the app does not have is uploaded; its .slipwayignore, or else its .dockerignore, says what stays at home, as .git,
/// node_modules, .venv and .env do without a word. The log is shown as it comes; in the end stands where the app answers, or
/// why it does not. Ctrl-C asks what shall become of the deploy, a second one leaves it to itself.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app deploy
  slipway app deploy site --app web --create
  slipway app deploy --image docker.io/library/nginx:1.29 --app web
  slipway app deploy --commit main --app web
  slipway app deploy --platform python -m 'the new checkout'
  slipway app deploy --dockerfile deploy/Dockerfile --detach
  slipway app deploy --build-arg EDITION=pro --build-secret NPM_TOKEN
  slipway app deploy build/web.tar.gz --app web -o json

Exit codes: 0 it runs, or was left by --detach, 1 it failed or was canceled, 130 left with Ctrl-C.")]
pub(crate) struct DeployArguments {
    /// A directory, or a .tar.gz of one [default: the directory that slipway.toml ties to the app, or this one]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    #[command(flatten)]
    of: OfApp,
    /// Run this image as it is, by tag or digest
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["path", "dockerfile", "platform"])]
    image: Option<String>,
    /// Of the repository that is connected to the app: a commit, a tag or a branch, of which it is the newest commit
    #[arg(long, value_name = "COMMIT", conflicts_with_all = ["path", "image", "create"])]
    commit: Option<String>,
    /// The Dockerfile in what is deployed [default: Dockerfile, where there is one]
    #[arg(long, value_name = "FILE", conflicts_with = "platform")]
    dockerfile: Option<String>,
    /// What makes an image of source without a Dockerfile [default: found out]
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// A value of the Dockerfile's ARG; nothing secret; may be given several times
    #[arg(long = "build-arg", value_name = "NAME=VALUE", conflicts_with = "image")]
    build_arguments: Vec<Argument>,
    /// A variable of the app that the build may read as a secret of its name; may be given several times
    #[arg(long = "build-secret", value_name = "VARIABLE", conflicts_with = "image")]
    build_secrets: Vec<String>,
    /// Why, for those who look at the deploy later
    #[arg(long, short, default_value = "", hide_default_value = true, value_name = "TEXT")]
    message: String,
    /// Create the app without asking when it does not exist
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    waiting: Waiting,
}

/// `EDITION=pro`: what a build takes for an `ARG`.
#[derive(Debug, Clone)]
struct Argument {
    name: String,
    value: String,
}

impl FromStr for Argument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("\"{text}\" is not a name with a value: write EDITION=pro"))?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

pub(super) async fn run(context: &Context, client: &Client, arguments: DeployArguments) -> anyhow::Result<Outcome> {
    let source = match (&arguments.image, &arguments.commit) {
        (None, None) => Some(Source::of(context, arguments.path.as_deref())?),
        _ => None,
    };
    let target = target(context, client, &arguments).await?;
    // What cannot be packed creates no app.
    let archive = match source {
        Some(source) => Some(source.archive(context).await?),
        None => None,
    };
    let app = match target {
        Target::App(app) => *app,
        Target::New(name) => create(context, client, &name).await?,
    };
    let source_digest = match archive {
        Some(archive) => Some(archive.upload(context, client, &app).await?),
        None => None,
    };
    let new = NewDeploy {
        source_digest,
        image: arguments.image,
        commit: arguments.commit,
        dockerfile: arguments.dockerfile,
        platform: arguments.platform,
        build_arguments: arguments
            .build_arguments
            .into_iter()
            .map(|one| (one.name, one.value))
            .collect(),
        build_secrets: arguments.build_secrets.into_iter().collect(),
        message: arguments.message,
    };
    let begun = client.create_deploy(id_of(&app)?, new).await;
    started(context, client, (&app, begun), &arguments.waiting).await
}

/// Follows what was begun; what was refused because of another deploy says how to look at that.
pub(super) async fn started(
    context: &Context,
    client: &Client,
    (app, begun): (&Resource<App>, Result<Resource<Deploy>, ClientError>),
    waiting: &Waiting,
) -> anyhow::Result<Outcome> {
    let deploy = match begun {
        Err(ClientError::Api(refusal)) if refusal.status == 409 => {
            let (now, _) = client.app(id_of(app)?).await?;
            return Err(match now.attributes.active_deploy {
                Some(_) => busy(&now, &refusal.to_string()),
                None => ClientError::Api(refusal).into(),
            });
        }
        begun => begun?,
    };
    let awaited = Awaited {
        app,
        deploy: id_of(&deploy)?,
        is_shown: true,
    };
    follow::awaited(context, client, awaited, waiting).await
}

fn busy(app: &Resource<App>, what: &str) -> anyhow::Error {
    let name = &app.attributes.name;
    let next = format!(
        "Watch it: slipway app deploy-log --follow --app {name}, or stop it: slipway app cancel-deploy --app {name}"
    );
    Failure::error(what, next)
}

/// Where to deploy to.
enum Target {
    App(Box<Resource<App>>),
    /// An app that shall be.
    New(Name),
}

async fn target(context: &Context, client: &Client, arguments: &DeployArguments) -> anyhow::Result<Target> {
    let missing = match which::look(context, client, arguments.of.of_app.as_deref()).await? {
        Looked::Found(app) if app.attributes.active_deploy.is_some() => {
            return Err(busy(
                &app,
                &format!("another deploy of {} goes on", app.attributes.name),
            ));
        }
        Looked::Found(app) => return Ok(Target::App(app)),
        Looked::Missing(missing) => missing,
    };
    let organization = context.organization()?;
    let Missing { name: Some(name), .. } = &missing else {
        return Err(missing.error(organization));
    };
    if !arguments.create {
        if !context.environment.is_interactive() {
            let what = format!(
                "{}, and nobody can be asked whether to create it",
                missing.error(organization)
            );
            let next = format!("Create it on the way: slipway app deploy --create --app {name}, or name another one.");
            return Err(Failure::error(what, next));
        }
        if !prompt::confirm(context, false, &format!("{organization} has no app {name}. Create it?"))? {
            return Err(Failure::error("nothing was done", "Name another app with --app."));
        }
    }
    Ok(Target::New(name.clone()))
}

async fn create(context: &Context, client: &Client, name: &Name) -> anyhow::Result<Resource<App>> {
    let found = ProjectFile::find(&context.environment.directory)?;
    let said = found.and_then(|found| found.file.app);
    let app = client
        .create_app(context.organization()?, as_said(name, said.as_ref()))
        .await?;
    context.output.done(&format!("created the app {name}"));
    Ok(app)
}

/// A new app as the file in its directory wants it, where that is about this app.
fn as_said(name: &Name, said: Option<&AppTable>) -> NewApp {
    let said = said.filter(|table| table.name.as_ref() == Some(name));
    let word = |key: &str| said?.rest.get(key)?.as_str()?.parse().ok();
    NewApp {
        name: name.to_string(),
        plan: word("plan"),
        pool: word("pool"),
        ..NewApp::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_plan_and_pool_of_its_own_app_alone() {
        let file = ProjectFile::parse("[app]\nname = \"shop\"\nplan = \"large\"\nport = 80\n").unwrap();
        let new = |name: &str| as_said(&name.parse().unwrap(), file.app.as_ref());
        assert_eq!(new("shop").plan.unwrap().as_str(), "large");
        assert_eq!((new("shop").pool, new("other").plan), (None, None));
    }
}
