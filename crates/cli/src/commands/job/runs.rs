//! `slipway job run`, `runs`, `show-run`, `logs` and `cancel`: runs of a job.

use clap::Args;
use slipway_api::Resource;
use slipway_api::ids::{JobId, JobRunId};
use slipway_api::jobs::{Job, JobRun, NewJobRun};
use slipway_client::Client;

use super::{find, follow, shown};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{LogFilter, Pieces};

/// A piece of log that is asked for at once.
const CHUNK_BYTES: u64 = 1 << 20;

/// Run a job now, and follow it to its end
///
/// What stands behind -- comes behind the job's command; where it has none, in place of the image's own arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job run nightly
  slipway job run nightly --detach
  slipway job run import -- --since yesterday")]
pub(crate) struct RunArguments {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    /// Leave it to itself as soon as it is asked for
    #[arg(long)]
    detach: bool,
    /// More arguments
    #[arg(value_name = "ARGUMENT", last = true)]
    arguments: Vec<String>,
}

/// List a job's runs, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job runs nightly
  slipway job runs nightly --status failed --limit 100 --output json")]
pub(crate) struct ListArguments {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    /// Only those that are waiting, running, succeeded, failed, canceled or skipped
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
}

/// Show a run of a job
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job show-run nightly
  slipway job show-run nightly 12 --output json")]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    meant: MeantRun,
}

/// Print what a run of a job wrote
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job logs nightly
  slipway job logs nightly 12 > report.txt
  slipway job logs nightly --follow")]
pub(crate) struct LogArguments {
    #[command(flatten)]
    meant: MeantRun,
    /// Go on until it ends; its end is the command's
    #[arg(long, short)]
    follow: bool,
}

/// Ask a run of a job to stop; it is not tried again
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job cancel nightly
  slipway job cancel nightly 12")]
pub(crate) struct CancelArguments {
    #[command(flatten)]
    meant: MeantRun,
}

/// Which run.
#[derive(Debug, Args)]
struct MeantRun {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    /// The run's number, or its id [default: the newest]
    #[arg(value_name = "NUMBER")]
    number: Option<String>,
}

impl MeantRun {
    async fn find(&self, context: &Context, client: &Client) -> anyhow::Result<(Resource<Job>, Resource<JobRun>)> {
        let job = find(context, client, &self.job).await?;
        let run = match &self.number {
            Some(text) => match text.parse::<JobRunId>() {
                Ok(id) => client.job_run(id).await?,
                Err(_) => numbered(client, &job, text).await?,
            },
            None => newest(client, &job).await?,
        };
        Ok((job, run))
    }
}

async fn newest(client: &Client, job: &Resource<Job>) -> anyhow::Result<Resource<JobRun>> {
    let newest = client.job_runs(id_of(job)?, None).up_to(1).await?.pop();
    let name = &job.attributes.name;
    newest.ok_or_else(|| {
        let next = format!("Run it: slipway job run {name}");
        Failure::error(format!("{name} never ran"), next)
    })
}

async fn numbered(client: &Client, job: &Resource<Job>, text: &str) -> anyhow::Result<Resource<JobRun>> {
    let name = &job.attributes.name;
    let missing = || {
        let next = format!("See which there are: slipway job runs {name}");
        Failure::error(format!("{name} has no run {text}"), next)
    };
    let number: u32 = text.parse().map_err(|_| missing())?;
    let mut listing = client.job_runs(id_of(job)?, None);
    while let Some(page) = listing.next_page().await? {
        if let Some(found) = page.data.into_iter().find(|run| run.attributes.number == number) {
            return Ok(found);
        }
    }
    Err(missing())
}

pub(super) async fn run(context: &Context, client: &Client, arguments: RunArguments) -> anyhow::Result<Outcome> {
    let job = find(context, client, &arguments.job).await?;
    let id: JobId = id_of(&job)?;
    let new = NewJobRun {
        arguments: arguments.arguments,
    };
    let run = client.create_job_run(id, new).await?;
    if !arguments.detach {
        return follow::to_its_end(context, client, (&job, id_of(&run)?), follow::Leaving::SecondCtrlC).await;
    }
    if context.output.is_json() {
        context.output.json(&run)?;
    }
    let name = &job.attributes.name;
    context.output.done(&format!(
        "run {} of {name} goes on at the server",
        run.attributes.number
    ));
    context.output.note(&follow::where_to_look(name.as_str()));
    Ok(Outcome::Success)
}

pub(super) async fn list(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<()> {
    let job = find(context, client, &arguments.job).await?;
    let runs = client.job_runs(id_of(&job)?, arguments.status.as_deref());
    let runs = runs.up_to(arguments.limit).await?;
    let nothing = format!("No runs. Begin one: slipway job run {}", job.attributes.name);
    context.output.rows(&runs, &nothing, shown::runs)
}

pub(super) async fn show(context: &Context, client: &Client, arguments: &ShowArguments) -> anyhow::Result<()> {
    let (_, run) = arguments.meant.find(context, client).await?;
    shown::run(context, &run)
}

pub(super) async fn logs(context: &Context, client: &Client, arguments: &LogArguments) -> anyhow::Result<Outcome> {
    let (job, run) = arguments.meant.find(context, client).await?;
    let id = id_of(&run)?;
    if arguments.follow {
        // Who only looks leaves with the first Ctrl-C.
        return follow::to_its_end(context, client, (&job, id), follow::Leaving::FirstCtrlC).await;
    }
    let (mut offset, mut pieces) = (0, Pieces::default());
    let mut filter = LogFilter::new(context.output.data_style.colour);
    loop {
        let bytes = client.job_run_log(id, offset, CHUNK_BYTES).await?;
        if bytes.is_empty() {
            return Ok(Outcome::Success);
        }
        offset += bytes.len() as u64;
        context.output.data(&filter.pass(&pieces.text(&bytes)))?;
    }
}

pub(super) async fn cancel(context: &Context, client: &Client, arguments: &CancelArguments) -> anyhow::Result<()> {
    let (job, run) = arguments.meant.find(context, client).await?;
    let asked = client.cancel_job_run(id_of(&run)?).await?;
    if context.output.is_json() {
        return context.output.json(&asked);
    }
    let (name, number) = (&job.attributes.name, run.attributes.number);
    context.output.done(&format!("asked run {number} of {name} to stop"));
    Ok(())
}
