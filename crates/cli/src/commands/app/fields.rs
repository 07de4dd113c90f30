//! `slipway app create`, `list` and `update`: what can be said about an app.

use clap::Args;
use slipway_api::Name;
use slipway_api::apps::{AppChanges, NewApp};
use slipway_api::ids::AppId;
use slipway_api::pools::AppPlanOverride;
use slipway_client::{AppFilter, Client};

use super::super::amounts::{Memory, Processor};
use super::super::pool::find_pool;
use super::super::project::find_project;
use super::shown;
use super::which::One;
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// List the organization's apps
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app list
  slipway app list --project payments --status degraded
  slipway app list --label team=shop --sort=-created-at --output json")]
pub(crate) struct ListArguments {
    /// Part of the name, the description or a label
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those with this label
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// Only those of this project, by name or id
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Only those that are new, running, degraded, down, stopped or deleting
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those in this pool
    #[arg(long, value_name = "POOL")]
    pool: Option<Name>,
    /// name or -created-at
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    limit: usize,
}

/// Create an app; nothing of it runs before the first deploy
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app create web
  slipway app create web --plan small --pool main --project payments --label team=shop")]
pub(crate) struct CreateArguments {
    /// Its name, which never changes: small letters, digits and hyphens, at most 40, a letter first
    #[arg(value_name = "NAME")]
    name: String,
    /// How much each of its units may take [default: the default plan]
    #[arg(long, value_name = "PLAN")]
    plan: Option<Name>,
    /// Where it runs [default: the default pool]
    #[arg(long, value_name = "POOL")]
    pool: Option<Name>,
    /// The project, by name or id [default: the organization's default one]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// A label: key or key=value (repeatable)
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    description: String,
}

/// Change what is said about an app, or its plan; another plan or amount counts from the next deploy or restart on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway app update web --plan large
  slipway app update web --memory 384MiB
  slipway app update web --as-planned
  slipway app update --description 'The shop' --label team=shop --label tier=gold
  slipway app update web --no-labels")]
pub(crate) struct UpdateArguments {
    #[command(flatten)]
    one: One,
    /// How much each of its units may take
    #[arg(long, value_name = "PLAN")]
    plan: Option<Name>,
    /// Memory of each unit, in place of the plan's: 384MiB; 0 for as much as there is
    #[arg(long, value_name = "AMOUNT")]
    memory: Option<Memory>,
    /// Parts of a processor for each unit, in place of the plan's: 0.5; 0 for as much as there is
    #[arg(long, value_name = "NUMBER")]
    processor: Option<Processor>,
    /// Have all as the plan says again
    #[arg(long, conflicts_with_all = ["memory", "processor"])]
    as_planned: bool,
    /// A label: key or key=value (repeatable); those given are all that there are
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Take all labels away
    #[arg(long, conflicts_with = "labels")]
    no_labels: bool,
    /// What it is for; empty for nothing
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

pub(super) async fn list(context: &Context, client: &Client, arguments: ListArguments) -> anyhow::Result<Outcome> {
    let organization = context.organization()?;
    let project = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let pool = match &arguments.pool {
        Some(pool) => Some(find_pool(client, organization, pool).await?),
        None => None,
    };
    let filter = AppFilter {
        text: arguments.search,
        label: arguments.label,
        project,
        status: arguments.status,
        pool,
        sort: arguments.sort,
    };
    let apps = client.apps(organization, &filter).up_to(arguments.limit).await?;
    let nothing = "No apps. Make one: slipway app create NAME, or slipway app deploy in its directory";
    context.output.rows(&apps, nothing, shown::apps)?;
    Ok(Outcome::Success)
}

pub(super) async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<Outcome> {
    let organization = context.organization()?;
    let project_id = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let new = NewApp {
        name: arguments.name,
        description: arguments.description,
        labels: arguments.labels,
        pool: arguments.pool,
        plan: arguments.plan,
        project_id,
    };
    let app = client.create_app(organization, new).await?;
    shown::app(context, &app, &[])?;
    if !context.output.is_json() {
        let next = format!("  next: slipway app deploy --app {}", app.attributes.name);
        context.output.note(&next);
    }
    Ok(Outcome::Success)
}

pub(super) async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<Outcome> {
    let id: AppId = id_of(&arguments.one.find(context, client).await?)?;
    let (seen, tag) = client.app(id).await?;
    let says_amounts = arguments.as_planned || arguments.memory.is_some() || arguments.processor.is_some();
    let seen = match arguments.as_planned {
        true => AppPlanOverride::default(),
        false => seen.attributes.plan_override,
    };
    let plan_override = says_amounts.then(|| AppPlanOverride {
        memory: arguments.memory.map(|memory| memory.0).or(seen.memory),
        processor: arguments.processor.map(|processor| processor.0).or(seen.processor),
        burst: seen.burst,
    });
    let says_labels = arguments.no_labels || !arguments.labels.is_empty();
    let changes = AppChanges {
        description: arguments.description,
        labels: says_labels.then_some(arguments.labels),
        plan: arguments.plan,
        plan_override,
    };
    shown::app(context, &client.update_app(id, changes, &tag).await?, &[])?;
    Ok(Outcome::Success)
}
