//! `slipway job`: what runs to an end, by the clock or when somebody wants it.
//!
//! What can be said about a job is `fields.rs`, its runs are `runs.rs`, following one is `follow.rs`.

mod binds;
mod env;
mod fields;
mod follow;
mod runs;
mod shown;

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::jobs::Job;
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    Create(Box<fields::CreateArguments>),
    List(fields::ListArguments),
    /// Show a job
    #[command(after_help = "Examples:\n  slipway job show nightly\n  slipway job show nightly --output json")]
    Show {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
    Update(Box<fields::UpdateArguments>),
    /// Delete a job with its runs and their logs; what runs of it is canceled
    #[command(after_help = "Examples:\n  slipway job delete nightly\n  slipway job delete nightly --yes")]
    Delete {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    Run(runs::RunArguments),
    Runs(runs::ListArguments),
    ShowRun(runs::ShowArguments),
    Logs(runs::LogArguments),
    Cancel(runs::CancelArguments),
    /// Have the clock start nothing of a job; you still can
    #[command(after_help = "Examples:\n  slipway job pause nightly")]
    Pause {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// Have the clock go on with a job's next time
    #[command(after_help = "Examples:\n  slipway job resume nightly")]
    Resume {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// List a job's versions, newest first: what its runs ran from one change to the next
    #[command(after_help = "Examples:\n  slipway job versions nightly\n  slipway job versions nightly --output json")]
    Versions {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    Bind(binds::BindArguments),
    Unbind(binds::UnbindArguments),
    /// List what a job is bound to
    #[command(after_help = "Examples:\n  slipway job binds nightly\n  slipway job binds nightly --output json")]
    Binds {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// Volumes: what runs of a job keep in files
    #[command(subcommand)]
    Volume(binds::VolumeCommand),
    /// Variables: what a job's runs see
    #[command(subcommand)]
    Env(env::EnvCommand),
}

pub(super) async fn run(context: &Context, command: JobCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        JobCommand::Create(arguments) => fields::create(context, client, *arguments).await?,
        JobCommand::List(arguments) => fields::list(context, client, arguments).await?,
        JobCommand::Show { job } => shown::job(context, &find(context, client, &job).await?)?,
        JobCommand::Update(arguments) => fields::update(context, client, *arguments).await?,
        JobCommand::Delete { job, yes } => delete(context, client, &job, yes).await?,
        JobCommand::Run(arguments) => return runs::run(context, client, arguments).await,
        JobCommand::Runs(arguments) => runs::list(context, client, &arguments).await?,
        JobCommand::ShowRun(arguments) => runs::show(context, client, &arguments).await?,
        JobCommand::Logs(arguments) => return runs::logs(context, client, &arguments).await,
        JobCommand::Cancel(arguments) => runs::cancel(context, client, &arguments).await?,
        JobCommand::Pause { job } => {
            let id = id_of(&find(context, client, &job).await?)?;
            shown::job(context, &client.pause_job(id).await?)?;
        }
        JobCommand::Resume { job } => {
            let id = id_of(&find(context, client, &job).await?)?;
            shown::job(context, &client.resume_job(id).await?)?;
        }
        JobCommand::Versions { job, limit } => {
            let id = id_of(&find(context, client, &job).await?)?;
            let versions = client.job_versions(id).up_to(limit).await?;
            context.output.rows(&versions, "No versions.", shown::versions)?;
        }
        JobCommand::Bind(arguments) => binds::bind(context, client, arguments).await?,
        JobCommand::Unbind(arguments) => binds::unbind(context, client, arguments).await?,
        JobCommand::Binds { job } => binds::list(context, client, &job).await?,
        JobCommand::Volume(command) => binds::volume(context, client, command).await?,
        JobCommand::Env(command) => env::run(context, client, command).await?,
    }
    Ok(Outcome::Success)
}

/// The job of this name or id.
async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Job>> {
    if let Ok(id) = given.parse() {
        return Ok(client.job(id).await?.0);
    }
    let organization = context.organization()?;
    match client.job_by_name(organization, &given.parse()?).await {
        Err(error) if error.is_not_found() => {
            let what = format!("organization {organization} has no job {given} that you can see");
            Err(Failure::error(what, "See what there is: slipway job list"))
        }
        found => Ok(found?),
    }
}

async fn delete(context: &Context, client: &Client, text: &str, yes: bool) -> anyhow::Result<()> {
    let job = find(context, client, text).await?;
    let name = &job.attributes.name;
    let what = format!("This deletes {name}: its runs, versions, variables and logs. Nothing brings them back.");
    if !prompt::confirm_by_name(context, yes, &what, name.as_str())? {
        return Err(Failure::error("nothing was deleted", "The job stays."));
    }
    client.delete_job(id_of(&job)?).await?;
    context.output.done(&format!("deleted the job {name}"));
    Ok(())
}
