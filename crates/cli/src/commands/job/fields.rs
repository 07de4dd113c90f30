//! `slipway job create`, `list` and `update`: what can be said about a job.

use clap::{Args, ValueEnum};
use slipway_api::Name;
use slipway_api::ids::JobId;
use slipway_api::jobs::{JobChanges, JobConcurrency, NewJob};
use slipway_client::{Client, JobFilter};

use super::super::amounts::Span;
use super::super::pool::find_pool;
use super::super::project::find_project;
use super::{find, shown};
use crate::context::{Context, id_of};

/// List the organization's jobs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job list
  slipway job list --project payments --status failed
  slipway job list --label team=shop --sort=-created-at --output json")]
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
    /// Only those that are new, or whose last run is running, succeeded, failed or canceled
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

/// What happens to a run that is due while another goes on.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Concurrency {
    /// It begins beside the other
    Allow,
    /// It is skipped
    Forbid,
    /// The other is canceled, and it begins then
    Replace,
}

impl From<Concurrency> for JobConcurrency {
    fn from(said: Concurrency) -> Self {
        match said {
            Concurrency::Allow => Self::Allow,
            Concurrency::Forbid => Self::Forbid,
            Concurrency::Replace => Self::Replace,
        }
    }
}

/// What can be said of how a job runs.
#[derive(Debug, Args)]
struct How {
    /// The time zone that the schedule counts in: Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// What happens when a run is due while another goes on [default: forbid]
    #[arg(long, value_enum, value_name = "POLICY")]
    concurrency: Option<Concurrency>,
    /// How long a run may take: 90s, 30m, 2h, up to 7d [default: 1h]
    #[arg(long, value_name = "TIME")]
    deadline: Option<Span>,
    /// How often a run that failed is tried again, up to 10 [default: 0]
    #[arg(long, value_name = "NUMBER")]
    retries: Option<u32>,
    /// How late a run may begin that the clock wants; later it was missed [default: 1h]
    #[arg(long, value_name = "TIME")]
    start_within: Option<Span>,
    /// How many runs that ended are kept, with their logs [default: 50]
    #[arg(long, value_name = "NUMBER")]
    keep: Option<u32>,
}

/// Create a job
///
/// Without a schedule it runs when you say so: slipway job run NAME.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job create nightly --image registry.example.com/report:1.2 --schedule '0 3 * * *'
  slipway job create nightly --image report --schedule '0 3 * * 1-5' --time-zone Europe/Berlin --retries 2
  slipway job create import --image shop --deadline 20m -- ./manage.py import --all")]
pub(crate) struct CreateArguments {
    /// Its name, which never changes: small letters, digits and hyphens, at most 40, a letter first
    #[arg(value_name = "NAME")]
    name: String,
    /// What runs; the digest that the name has now is kept
    #[arg(long, value_name = "IMAGE")]
    image: String,
    /// When it runs by itself, as a cron expression [default: only when somebody wants it]
    #[arg(long, value_name = "CRON")]
    schedule: Option<String>,
    #[command(flatten)]
    how: How,
    /// How much a run may take [default: the default plan]
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
    /// The program with its arguments [default: what the image says]
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<String>,
}

/// Change a job; another image or command counts from the next run on
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job update nightly --image registry.example.com/report:1.3
  slipway job update nightly --schedule '30 2 * * *' --concurrency replace
  slipway job update nightly --no-schedule
  slipway job update import -- ./manage.py import --changed")]
pub(crate) struct UpdateArguments {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    /// What runs; the same name again looks what it means now
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// When it runs by itself, as a cron expression
    #[arg(long, value_name = "CRON")]
    schedule: Option<String>,
    /// Run it only when somebody wants it
    #[arg(long, conflicts_with = "schedule")]
    no_schedule: bool,
    #[command(flatten)]
    how: How,
    /// How much a run may take
    #[arg(long, value_name = "PLAN")]
    plan: Option<Name>,
    /// A label: key or key=value (repeatable); those given are all that there are
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Take all labels away
    #[arg(long, conflicts_with = "labels")]
    no_labels: bool,
    /// What it is for; empty for nothing
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The program with its arguments
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<String>,
    /// Run what the image says
    #[arg(long, conflicts_with = "command")]
    no_command: bool,
}

pub(super) async fn list(context: &Context, client: &Client, arguments: ListArguments) -> anyhow::Result<()> {
    let organization = context.organization()?;
    let project = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let pool = match &arguments.pool {
        Some(pool) => Some(find_pool(client, organization, pool).await?),
        None => None,
    };
    let filter = JobFilter {
        text: arguments.search,
        label: arguments.label,
        project,
        status: arguments.status,
        pool,
        sort: arguments.sort,
    };
    let jobs = client.jobs(organization, &filter).up_to(arguments.limit).await?;
    let nothing = "No jobs. Make one: slipway job create NAME --image IMAGE --schedule '0 3 * * *'";
    context.output.rows(&jobs, nothing, shown::jobs)
}

pub(super) async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<()> {
    let organization = context.organization()?;
    let project_id = match &arguments.project {
        Some(project) => Some(id_of(&find_project(client, organization, project).await?)?),
        None => None,
    };
    let how = arguments.how;
    let new = NewJob {
        name: arguments.name,
        image: arguments.image,
        command: arguments.command,
        description: arguments.description,
        labels: arguments.labels,
        pool: arguments.pool,
        plan: arguments.plan,
        project_id,
        cron: arguments.schedule,
        time_zone: how.time_zone,
        concurrency: how.concurrency.map(JobConcurrency::from),
        deadline_seconds: how.deadline.map(|span| span.0),
        retries: how.retries,
        start_within_seconds: how.start_within.map(|span| span.0),
        kept_runs: how.keep,
    };
    let job = client.create_job(organization, new).await?;
    shown::job(context, &job)?;
    if !context.output.is_json() {
        let next = format!("  run it now: slipway job run {}", job.attributes.name);
        context.output.note(&next);
    }
    Ok(())
}

pub(super) async fn update(context: &Context, client: &Client, arguments: UpdateArguments) -> anyhow::Result<()> {
    let id: JobId = id_of(&find(context, client, &arguments.job).await?)?;
    let (_, tag) = client.job(id).await?;
    let says_labels = arguments.no_labels || !arguments.labels.is_empty();
    let says_command = arguments.no_command || !arguments.command.is_empty();
    let how = arguments.how;
    let changes = JobChanges {
        image: arguments.image,
        command: says_command.then_some(arguments.command),
        description: arguments.description,
        labels: says_labels.then_some(arguments.labels),
        plan: arguments.plan,
        cron: match arguments.no_schedule {
            true => Some(String::new()),
            false => arguments.schedule,
        },
        time_zone: how.time_zone,
        concurrency: how.concurrency.map(JobConcurrency::from),
        deadline_seconds: how.deadline.map(|span| span.0),
        retries: how.retries,
        start_within_seconds: how.start_within.map(|span| span.0),
        kept_runs: how.keep,
    };
    shown::job(context, &client.update_job(id, changes, &tag).await?)
}
