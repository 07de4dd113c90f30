//! `slipway app deploys`, `show-deploy`, `deploy-log` and `cancel-deploy`: what was deployed, and what is.

use clap::Args;
use slipway_api::Resource;
use slipway_api::apps::App;
use slipway_api::deploys::{Deploy, DeployStatus};
use slipway_api::ids::{AppId, DeployId};
use slipway_client::Client;

use super::follow::{self, Awaited};
use super::shown;
use super::which::{OfApp, One};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{LogFilter, Pieces};

/// A piece of log that is asked for at once.
const CHUNK_BYTES: u64 = 1 << 20;

/// List an app's deploys, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app deploys
  slipway app deploys web --limit 100 --output json")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    one: One,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
}

/// Show a deploy
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app show-deploy
  slipway app show-deploy 12 --app web --output json")]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    meant: MeantDeploy,
}

/// Print what a deploy wrote: its build, its release command, the end of units that did not start
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app deploy-log
  slipway app deploy-log 12 --app web > deploy.log
  slipway app deploy-log --follow")]
pub(crate) struct LogArguments {
    #[command(flatten)]
    meant: MeantDeploy,
    /// Go on until it ends; its end is the command's
    #[arg(long, short)]
    follow: bool,
}

/// Ask a deploy to stop; what ran before goes on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app cancel-deploy
  slipway app cancel-deploy --app web")]
pub(crate) struct CancelArguments {
    #[command(flatten)]
    meant: MeantDeploy,
}

/// Which deploy.
#[derive(Debug, Args)]
struct MeantDeploy {
    /// Its number, or its id [default: the newest]
    #[arg(value_name = "NUMBER")]
    number: Option<String>,
    #[command(flatten)]
    of: OfApp,
}

impl MeantDeploy {
    async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<(Resource<App>, Resource<Deploy>)> {
        let app = self.of.find(context, client).await?;
        let deploy = match &self.number {
            Some(text) => match text.parse::<DeployId>() {
                Ok(id) => client.deploy(id).await?,
                Err(_) => numbered(client, &app, text).await?,
            },
            None => newest(client, &app).await?,
        };
        Ok((app, deploy))
    }
}

async fn newest(client: &Client, app: &Resource<App>) -> anyhow::Result<Resource<Deploy>> {
    let newest = client.deploys(id_of(app)?).up_to(1).await?.pop();
    let name = &app.attributes.name;
    newest.ok_or_else(|| {
        let next = format!("Deploy it: slipway app deploy --app {name}");
        Failure::error(format!("nothing of {name} was deployed yet"), next)
    })
}

async fn numbered(client: &Client, app: &Resource<App>, text: &str) -> anyhow::Result<Resource<Deploy>> {
    let name = &app.attributes.name;
    let missing = || {
        let next = format!("See which there are: slipway app deploys {name}");
        Failure::error(format!("{name} has no deploy {text}"), next)
    };
    let number: u32 = text.parse().map_err(|_| missing())?;
    let id: AppId = id_of(app)?;
    let mut listing = client.deploys(id);
    while let Some(page) = listing.next_page().await? {
        let found = page.data.into_iter().find(|deploy| deploy.attributes.number == number);
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(missing())
}

pub(super) async fn list(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<Outcome> {
    let app = arguments.one.find(context, client).await?;
    let deploys = client.deploys(id_of(&app)?).up_to(arguments.limit).await?;
    let nothing = format!("No deploys. Make one: slipway app deploy --app {}", app.attributes.name);
    context.output.rows(&deploys, &nothing, shown::deploys)?;
    Ok(Outcome::Success)
}

pub(super) async fn show(context: &Context, client: &Client, arguments: &ShowArguments) -> anyhow::Result<Outcome> {
    let (_, deploy) = arguments.meant.find(context, client).await?;
    shown::deploy(context, &deploy)?;
    Ok(Outcome::Success)
}

pub(super) async fn log(context: &Context, client: &Client, arguments: &LogArguments) -> anyhow::Result<Outcome> {
    let (app, deploy) = arguments.meant.find(context, client).await?;
    let id = id_of(&deploy)?;
    if arguments.follow {
        let awaited = Awaited {
            app: &app,
            deploy: id,
            is_shown: false,
        };
        // Who only looks leaves with the first Ctrl-C.
        return follow::to_its_end(context, client, &awaited, 1).await;
    }
    let (mut offset, mut pieces) = (0, Pieces::default());
    let mut filter = LogFilter::new(context.output.data_style.colour);
    loop {
        let bytes = client.deploy_log(id, offset, CHUNK_BYTES).await?;
        if bytes.is_empty() {
            return Ok(Outcome::Success);
        }
        offset += bytes.len() as u64;
        context.output.data(&filter.pass(&pieces.text(&bytes)))?;
    }
}

pub(super) async fn cancel(context: &Context, client: &Client, arguments: &CancelArguments) -> anyhow::Result<Outcome> {
    let (app, deploy) = arguments.meant.find(context, client).await?;
    let (name, number) = (&app.attributes.name, deploy.attributes.number);
    if deploy.attributes.status != DeployStatus::Running {
        let what = format!(
            "deploy {number} of {name} has ended: {}",
            deploy.attributes.status.as_str()
        );
        let next = format!("Go back to the version before it: slipway app rollback --app {name}");
        return Err(Failure::error(what, next));
    }
    let asked = client.cancel_deploy(id_of(&deploy)?).await?;
    if context.output.is_json() {
        context.output.json(&asked)?;
        return Ok(Outcome::Success);
    }
    context.output.done(&format!("asked deploy {number} of {name} to stop"));
    context
        .output
        .note(&format!("  follow: slipway app deploy-log --follow --app {name}"));
    Ok(Outcome::Success)
}
