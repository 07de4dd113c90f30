//! `slipway job bind` and `slipway job volume`: what runs of a job are given of something else.

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::binds::{JobBind, NewJobBind};
use slipway_api::volumes::{JobVolumeBind, NewJobVolumeBind};
use slipway_client::Client;

use super::find;
use crate::commands::app::binds::{Bound, OriginArguments, called};
use crate::commands::resource::order::entry;
use crate::commands::volume;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::Failure;
use crate::output::{Table, Tone, age};

/// Give runs of a job the outputs of something else as variables, which follow when they change
///
/// What is bound is a service instance, a resource of the catalog, or a workspace. Each run sees the values of the moment in which it is asked
/// for. Nobody is shown them, unless --public says so, and never those of secrets.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job bind nightly orders-db
  slipway job bind nightly orders-db --prefix ORDERS_
  slipway job bind nightly --resource database/orders --value-name endpoint=DATABASE_HOST
  slipway job bind nightly --from-workspace network --public")]
pub(crate) struct BindArguments {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    #[command(flatten)]
    origin: OriginArguments,
    /// An output that is given, and the variable that it is then; may be given several times [default: as the service says,
    /// or all, each under its name in capitals]
    #[arg(long = "value-name", value_name = "OUTPUT=VARIABLE", value_parser = entry)]
    value_name: Vec<(String, String)>,
    /// Put before the name of each variable
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Show the values of outputs that are no secrets to who may see variables
    #[arg(long)]
    public: bool,
}

/// Take away what a bind gave; runs that go on keep it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway job unbind nightly orders-db
  slipway job unbind nightly --resource database/orders
  slipway job unbind nightly bind-0123456789abcdef")]
pub(crate) struct UnbindArguments {
    /// The job, by name or id
    #[arg(value_name = "JOB")]
    job: String,
    #[command(flatten)]
    origin: OriginArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VolumeCommand {
    /// Have the runs of a job see a volume at a path
    #[command(after_help = "\
Examples:
  slipway job volume bind nightly shop-data /data
  slipway job volume bind nightly shop-data /data --read-only")]
    Bind {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// The volume, by name or id
        #[arg(value_name = "VOLUME")]
        volume: String,
        /// Where runs see it
        #[arg(value_name = "PATH")]
        path: String,
        /// Let runs only read
        #[arg(long)]
        read_only: bool,
    },
    /// Take a volume away from a job; the volume stays with all that is in it
    #[command(after_help = "\
Examples:
  slipway job volume unbind nightly shop-data
  slipway job volume unbind nightly shop-data /data")]
    Unbind {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
        /// The volume, by name or id
        #[arg(value_name = "VOLUME")]
        volume: String,
        /// Where runs see it, when they do at several paths
        #[arg(value_name = "PATH")]
        path: Option<String>,
    },
    /// List the volumes that runs of a job see
    #[command(
        after_help = "Examples:\n  slipway job volume list nightly\n  slipway job volume list nightly --output json"
    )]
    List {
        /// The job, by name or id
        #[arg(value_name = "JOB")]
        job: String,
    },
}

pub(super) async fn bind(context: &Context, client: &Client, arguments: BindArguments) -> anyhow::Result<()> {
    let job = find(context, client, &arguments.job).await?;
    let origin = arguments.origin.find(context, client).await?;
    let wanted = NewJobBind {
        service_instance: origin.service_instance,
        resource: origin.resource,
        workspace: origin.workspace,
        names: arguments.value_name.into_iter().collect(),
        prefix: arguments.prefix,
        shows_values: arguments.public,
    };
    let bind = client.bind_job(id_of(&job)?, wanted).await?;
    if context.output.is_json() {
        context.output.json(&bind)?;
    }
    let (shown, name) = (&bind.attributes, &job.attributes.name);
    let to = called(&shown.origin);
    context.output.done(&match variables(shown) {
        given if given.is_empty() => format!("bound {name} to {to}: {}", shown.reason),
        given => format!("bound {name} to {to}, which gives its next run {given}"),
    });
    Ok(())
}

pub(super) async fn unbind(context: &Context, client: &Client, arguments: UnbindArguments) -> anyhow::Result<()> {
    let job = find(context, client, &arguments.job).await?;
    let binds = client.job_binds(id_of(&job)?).all().await?;
    let name = &job.attributes.name;
    let bound: Vec<Bound<'_>> = binds
        .iter()
        .map(|bind| (bind.id.as_str(), &bind.attributes.origin))
        .collect();
    let list = format!("slipway job binds {name}");
    let (id, origin) = arguments
        .origin
        .choose(context, client, &bound, (name.as_str(), &list))
        .await?;
    client.unbind_job(id.parse()?).await?;
    let to = called(origin);
    context.output.done(&format!("unbound {name} from {to}"));
    Ok(())
}

pub(super) async fn list(context: &Context, client: &Client, given: &str) -> anyhow::Result<()> {
    let job = find(context, client, given).await?;
    let binds = client.job_binds(id_of(&job)?).all().await?;
    let name = &job.attributes.name;
    let nothing = format!("{name} is bound to nothing. Bind it: slipway job bind {name} INSTANCE");
    context.output.rows(&binds, &nothing, table)
}

pub(super) async fn volume(context: &Context, client: &Client, command: VolumeCommand) -> anyhow::Result<()> {
    match command {
        VolumeCommand::Bind {
            job,
            volume,
            path,
            read_only,
        } => {
            let job = find(context, client, &job).await?;
            let volume = volume::find(context, client, &volume).await?;
            let wanted = NewJobVolumeBind {
                volume: id_of(&volume)?,
                path,
                is_read_only: read_only,
            };
            let bind = client.bind_volume_to_job(id_of(&job)?, wanted).await?;
            if context.output.is_json() {
                context.output.json(&bind)?;
            }
            let (job, volume) = (&job.attributes.name, &volume.attributes.name);
            let path = &bind.attributes.path;
            context
                .output
                .done(&format!("bound {job} to the volume {volume} at {path}"));
            Ok(())
        }
        VolumeCommand::Unbind { job, volume, path } => unbind_volume(context, client, (&job, &volume, path)).await,
        VolumeCommand::List { job } => {
            let job = find(context, client, &job).await?;
            let rows = client.job_volume_binds(id_of(&job)?).all().await?;
            let nothing = format!("{} is bound to no volume.", job.attributes.name);
            context.output.rows(&rows, &nothing, volume_table)
        }
    }
}

async fn unbind_volume(
    context: &Context,
    client: &Client,
    (job, volume, path): (&str, &str, Option<String>),
) -> anyhow::Result<()> {
    let job = find(context, client, job).await?;
    let volume = volume::find(context, client, volume).await?;
    let binds = client.job_volume_binds(id_of(&job)?).all().await?;
    let is_meant = |bind: &&Resource<JobVolumeBind>| {
        let is_at = path.as_ref().is_none_or(|path| bind.attributes.path == *path);
        bind.attributes.volume.id.to_string() == volume.id && is_at
    };
    let meant: Vec<_> = binds.iter().filter(is_meant).collect();
    let name = &job.attributes.name;
    let bind = match meant.as_slice() {
        [bind] => *bind,
        [] => {
            let next = format!("See what it is bound to: slipway job volume list {name}");
            return Err(Failure::error(
                format!("{name} is not bound to that volume there"),
                next,
            ));
        }
        several => {
            let paths: Vec<&str> = several.iter().map(|bind| bind.attributes.path.as_str()).collect();
            let next = format!("Say at which path: {}", paths.join(", "));
            return Err(Failure::error(format!("{name} sees the volume at several paths"), next));
        }
    };
    client.unbind_volume_from_job(id_of(bind)?).await?;
    let done = format!("unbound {name} from the volume {}, which stays", volume.attributes.name);
    context.output.done(&done);
    Ok(())
}

fn variables(bind: &JobBind) -> String {
    let names: Vec<&str> = bind.variables.iter().map(|variable| variable.name.as_str()).collect();
    names.join(", ")
}

fn table(binds: &[Resource<JobBind>]) -> Table {
    let mut table = Table::new(&["to", "status", "variables", "changed", "id"]);
    for bind in binds {
        let shown = &bind.attributes;
        let status = match shown.reason.is_empty() {
            true => shown.status.as_str().to_owned(),
            false => format!("{}: {}", shown.status.as_str(), shown.reason),
        };
        table.toned_row(vec![
            (called(&shown.origin), None),
            (status, None),
            (variables(shown), None),
            (age(shown.updated_at, now()), None),
            (bind.id.clone(), Some(Tone::Quiet)),
        ]);
    }
    table
}

fn volume_table(binds: &[Resource<JobVolumeBind>]) -> Table {
    let mut table = Table::new(&["path", "volume", "access"]);
    for bind in binds {
        let shown = &bind.attributes;
        let access = if shown.is_read_only { "reads" } else { "writes" };
        table.row(vec![
            shown.path.clone(),
            shown.volume.name.to_string(),
            access.to_owned(),
        ]);
    }
    table
}
