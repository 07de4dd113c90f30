//! `slipway executor`: modules that are run now and then.

mod decide;
mod fields;
mod run;
mod shown;

use clap::Subcommand;
use slipway_api::Name;
use slipway_api::Resource;
use slipway_api::executors::Executor;
use slipway_api::ids::ExecutorId;
use slipway_client::{Client, ExecutorFilter};

use super::project::find_project;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;
use crate::run_flow::render_outputs;

#[derive(Debug, Subcommand)]
pub(crate) enum ExecutorCommand {
    /// List the executors
    #[command(after_help = "\
Examples:
  slipway executor list
  slipway executor list --project payments --status failed
  slipway executor list --label team=ops --output json")]
    List {
        /// Part of the name, the description or a label
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only those with this label
        #[arg(long, value_name = "LABEL")]
        label: Option<String>,
        /// Only those of this project, by name or id
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// Only those whose newest run is: new, running, waiting, succeeded, failed or stopped
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
    },
    /// Show an executor
    #[command(after_help = "Examples:\n  slipway executor show backup\n  slipway executor show backup --output json")]
    Show {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
    },
    /// Make an executor of a module of a source code
    ///
    /// Secrets are asked for without showing them, or read from stdin: the command line is seen by other programs.
    #[command(after_help = "\
Examples:
  slipway executor create backup --source-code modules --branch main --directory jobs/backup
  slipway executor create users --source-code modules --tag v1.2.0 --directory jobs/users --var region=eu --hcl 'names=[\"ann\"]'
  slipway executor create users --source-code modules --tag v1.2.0 --secret password --integration aws --project payments")]
    Create(fields::CreateArguments),
    /// Change an executor; its source code, directory, engine and project never change
    #[command(after_help = "\
Examples:
  slipway executor update backup --tag v1.3.0
  slipway executor update backup --var region=us --unset size
  slipway executor update backup --secret password < password.txt")]
    Update(fields::UpdateArguments),
    Run(run::RunArguments),
    /// List an executor's runs, newest first
    #[command(after_help = "\
Examples:
  slipway executor runs backup
  slipway executor runs backup --status errored,canceled --limit 100")]
    Runs {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
        /// Only runs in this status; several separated by commas
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 20, value_name = "NUMBER")]
        limit: usize,
    },
    /// Show what an executor puts out
    #[command(after_help = "\
Examples:
  slipway executor outputs backup
  slipway executor outputs backup --reveal --output json")]
    Outputs {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
        /// Show the values of secrets, too, as JSON; that is recorded
        #[arg(long)]
        reveal: bool,
    },
    Confirm(decide::ConfirmArguments),
    Discard(decide::DiscardArguments),
    Cancel(decide::CancelArguments),
    Approve(decide::ApproveArguments),
    Reject(decide::RejectArguments),
    /// Let runs of an executor be started again
    #[command(after_help = "Examples:\n  slipway executor enable backup")]
    Enable {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
    },
    /// Let no run of an executor be started, by people or schedules; what runs already goes on
    #[command(after_help = "Examples:\n  slipway executor disable backup")]
    Disable {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
    },
    /// Delete an executor with its state and its runs
    #[command(after_help = "\
Examples:
  slipway executor delete backup --yes
  slipway executor delete backup --force-because 'the account is closed' --yes")]
    Delete {
        /// The executor, by name or id
        #[arg(value_name = "EXECUTOR")]
        executor: String,
        /// Delete it although its state has resources, which nothing manages any more then; say why
        #[arg(long, value_name = "REASON")]
        force_because: Option<String>,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: ExecutorCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ExecutorCommand::List {
            search,
            label,
            project,
            status,
        } => {
            let organization = context.organization()?;
            let project = match project {
                Some(project) => Some(id_of(&find_project(client, organization, &project).await?)?),
                None => None,
            };
            let filter = ExecutorFilter {
                text: search,
                label,
                project,
                status,
            };
            let found = client.executors(organization, &filter).all().await?;
            let nothing =
                "No executors. Make one: slipway executor create NAME --source-code SOURCE-CODE --branch main";
            context.output.rows(&found, nothing, shown::table)?;
        }
        ExecutorCommand::Show { executor } => shown::show(context, &find(context, client, &executor).await?)?,
        ExecutorCommand::Create(arguments) => fields::create(context, client, arguments).await?,
        ExecutorCommand::Update(arguments) => fields::update(context, client, arguments).await?,
        ExecutorCommand::Run(arguments) => return run::run(context, client, arguments).await,
        ExecutorCommand::Runs {
            executor,
            status,
            limit,
        } => {
            let id = id_of(&find(context, client, &executor).await?)?;
            let runs = client.executor_runs(id, status.as_deref()).up_to(limit).await?;
            let nothing = format!("No such runs. Start one: slipway executor run {executor}");
            context.output.rows(&runs, &nothing, shown::runs_table)?;
        }
        ExecutorCommand::Outputs { executor, reveal } => outputs(context, client, &executor, reveal).await?,
        ExecutorCommand::Confirm(arguments) => return decide::confirm(context, client, arguments).await,
        ExecutorCommand::Discard(arguments) => return decide::discard(context, client, arguments).await,
        ExecutorCommand::Cancel(arguments) => return decide::cancel(context, client, arguments).await,
        ExecutorCommand::Approve(arguments) => return decide::approve(context, client, arguments).await,
        ExecutorCommand::Reject(arguments) => return decide::reject(context, client, arguments).await,
        ExecutorCommand::Enable { executor } => enable(context, client, &executor, true).await?,
        ExecutorCommand::Disable { executor } => enable(context, client, &executor, false).await?,
        ExecutorCommand::Delete {
            executor,
            force_because,
            yes,
        } => return delete(context, client, &executor, (force_because, yes)).await,
    }
    Ok(Outcome::Success)
}

async fn enable(context: &Context, client: &Client, text: &str, is_enabled: bool) -> anyhow::Result<()> {
    let id = id_of(&find(context, client, text).await?)?;
    shown::show(context, &client.enable_executor(id, is_enabled).await?)
}

async fn outputs(context: &Context, client: &Client, text: &str, reveal: bool) -> anyhow::Result<()> {
    let id = id_of(&find(context, client, text).await?)?;
    let outputs = client.executor_outputs(id, reveal).all().await?;
    // A table hides secrets; who wants to see them gets the API's resources.
    if reveal || context.output.is_json() {
        return context.output.json(&outputs);
    }
    match outputs.is_empty() {
        true => context
            .output
            .note("No outputs: nothing was applied, or the module has none."),
        false => context.output.data(&render_outputs(&outputs))?,
    }
    Ok(())
}

async fn delete(
    context: &Context,
    client: &Client,
    text: &str,
    (reason, yes): (Option<String>, bool),
) -> anyhow::Result<Outcome> {
    let found = find(context, client, text).await?;
    let name = &found.attributes.name;
    if !prompt::confirm(
        context,
        yes,
        &format!("Delete the executor {name} with its state and its runs?"),
    )? {
        return Err(Failure::error("nothing was deleted", "The executor stays."));
    }
    client.delete_executor(id_of(&found)?, reason.as_deref()).await?;
    context.output.done(&format!("deleted the executor {name}"));
    Ok(Outcome::Success)
}

/// The executor of this id or name.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Executor>> {
    if let Ok(id) = given.parse::<ExecutorId>() {
        return Ok(client.executor(id).await?.0);
    }
    let missing = || {
        let next = "See which there are: slipway executor list";
        Failure::error(format!("there is no executor {given}"), next)
    };
    if given.parse::<Name>().is_err() {
        return Err(missing());
    }
    let filter = ExecutorFilter {
        text: Some(given.to_owned()),
        ..ExecutorFilter::default()
    };
    let all = client.executors(context.organization()?, &filter).all().await?;
    let is_it = |executor: &Resource<Executor>| executor.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(missing)
}
