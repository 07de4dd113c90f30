//! `slipway volume`: files that outlive the units of apps.

use clap::{Args, Subcommand};
use slipway_api::volumes::{NewVolume, NewVolumeBind, Volume, VolumeBind, VolumeStatus};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::amounts::{Memory, memory};
use super::app::follow::{self, Waiting};
use super::app::which::{self, OfApp};
use super::project;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, Tone, age, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum VolumeCommand {
    /// List the organization's volumes
    #[command(after_help = "Examples:\n  slipway volume list\n  slipway volume list --output json")]
    List,
    /// Show a volume, and the apps and jobs that are bound to it
    #[command(after_help = "Examples:\n  slipway volume show shop-data")]
    Show {
        /// The volume, by name or id
        #[arg(value_name = "VOLUME")]
        volume: String,
    },
    Create(CreateArguments),
    /// Delete a volume with all that is in it; no app may be bound to it
    #[command(after_help = "\
Examples:
  slipway volume delete shop-data
  slipway volume delete shop-data --yes")]
    Delete {
        /// The volume, by name or id
        #[arg(value_name = "VOLUME")]
        volume: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    Bind(BindArguments),
    Unbind(UnbindArguments),
    /// List the volumes that units of an app see
    #[command(after_help = "Examples:\n  slipway volume binds --app shop")]
    Binds {
        #[command(flatten)]
        of: OfApp,
    },
}

/// Create a volume
///
/// What it is says its plan: a volume of the Docker Engine, a folder of its machine, or storage of a Kubernetes cluster.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway volume create shop-data
  slipway volume create shop-data --plan engine
  slipway volume create shop-data --plan fast --pool production --size 20GiB
  slipway volume create shop-data --plan shared-folders --folder shop")]
pub(crate) struct CreateArguments {
    /// Its name
    #[arg(value_name = "NAME")]
    name: Name,
    /// Its plan: slipway volume-plan list [default: the only one that there is]
    #[arg(long, value_name = "PLAN")]
    plan: Option<Name>,
    /// The pool of the apps that can be bound to it [default: the default one]
    #[arg(long, value_name = "POOL")]
    pool: Option<Name>,
    /// How large it is, where its plan has sizes: 20GiB [default: as its plan says]
    #[arg(long, value_name = "AMOUNT")]
    size: Option<Memory>,
    /// The folder in its plan's, where its plan has volumes name one
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// The project that it stands in [default: the default project]
    #[arg(long, value_name = "PROJECT")]
    in_project: Option<String>,
}

/// Have the units of an app see a volume at a path
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway volume bind shop-data /data --app shop
  slipway volume bind shop-data /data --app shop --read-only --process worker
  slipway volume bind shop-data /data --app shop --no-restart")]
pub(crate) struct BindArguments {
    /// The volume, by name or id
    #[arg(value_name = "VOLUME")]
    volume: String,
    /// Where units see it
    #[arg(value_name = "PATH")]
    path: String,
    #[command(flatten)]
    of: OfApp,
    /// Let units only read
    #[arg(long)]
    read_only: bool,
    /// Only units of this process see it; may be given several times [default: all processes]
    #[arg(long, value_name = "PROCESS")]
    process: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// Take a volume away from an app; the volume stays with all that is in it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway volume unbind shop-data --app shop
  slipway volume unbind shop-data /data --app shop --no-restart")]
pub(crate) struct UnbindArguments {
    /// The volume, by name or id
    #[arg(value_name = "VOLUME")]
    volume: String,
    /// Where units see it, when they do at several paths
    #[arg(value_name = "PATH")]
    path: Option<String>,
    #[command(flatten)]
    of: OfApp,
    #[command(flatten)]
    how: How,
}

/// When units see it.
#[derive(Debug, Args)]
struct How {
    /// Let units run on with what they see; the next deploy or restart brings it to them
    #[arg(long)]
    no_restart: bool,
    #[command(flatten)]
    waiting: Waiting,
}

pub(super) async fn run(context: &Context, command: VolumeCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        VolumeCommand::List => {
            let rows = client.volumes(context.organization()?, None).all().await?;
            let nothing = "No volumes. Make one: slipway volume create NAME --plan PLAN";
            context.output.rows(&rows, nothing, table)?;
        }
        VolumeCommand::Show { volume } => show(context, &find(context, client, &volume).await?)?,
        VolumeCommand::Create(arguments) => create(context, client, arguments).await?,
        VolumeCommand::Delete { volume, yes } => {
            let found = find(context, client, &volume).await?;
            let name = &found.attributes.name;
            let what = format!("This deletes the volume {name} with all that is in it.");
            if !prompt::confirm_by_name(context, yes, &what, name.as_str())? {
                return Err(Failure::error("nothing was deleted", "The volume stays as it was."));
            }
            client.delete_volume(id_of(&found)?).await?;
            context.output.done(&format!("the volume {name} is being deleted"));
        }
        VolumeCommand::Bind(arguments) => return bind(context, client, arguments).await,
        VolumeCommand::Unbind(arguments) => return unbind(context, client, arguments).await,
        VolumeCommand::Binds { of } => {
            let app = which::find(context, client, of.of_app.as_deref()).await?;
            let rows = client.volume_binds(id_of(&app)?).all().await?;
            let nothing = format!("{} is bound to no volume.", app.attributes.name);
            context.output.rows(&rows, &nothing, bind_table)?;
        }
    }
    Ok(Outcome::Success)
}

async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<()> {
    let project = match &arguments.in_project {
        Some(given) => Some(id_of(
            &project::find_project(client, context.organization()?, given).await?,
        )?),
        None => None,
    };
    let new = NewVolume {
        name: arguments.name,
        plan: arguments.plan,
        pool: arguments.pool,
        project,
        size: arguments.size.map(|size| size.0),
        folder: arguments.folder,
    };
    let made = client.create_volume(context.organization()?, new).await?;
    show(context, &made)
}

async fn bind(context: &Context, client: &Client, arguments: BindArguments) -> anyhow::Result<Outcome> {
    let app = which::find(context, client, arguments.of.of_app.as_deref()).await?;
    let volume = find(context, client, &arguments.volume).await?;
    let wanted = NewVolumeBind {
        volume: id_of(&volume)?,
        path: arguments.path,
        is_read_only: arguments.read_only,
        processes: arguments.process,
        staged: arguments.how.no_restart,
    };
    let bind = client.bind_volume(id_of(&app)?, wanted).await?;
    if context.output.is_json() {
        context.output.json(&bind)?;
    }
    context.output.done(&format!(
        "bound {} to the volume {} at {}",
        app.attributes.name, volume.attributes.name, bind.attributes.path
    ));
    let how = (arguments.how.no_restart, &arguments.how.waiting);
    follow::brought(context, client, &app, how).await
}

async fn unbind(context: &Context, client: &Client, arguments: UnbindArguments) -> anyhow::Result<Outcome> {
    let app = which::find(context, client, arguments.of.of_app.as_deref()).await?;
    let volume = find(context, client, &arguments.volume).await?;
    let binds = client.volume_binds(id_of(&app)?).all().await?;
    let is_meant = |bind: &&Resource<VolumeBind>| {
        let is_at = arguments.path.as_ref().is_none_or(|path| bind.attributes.path == *path);
        bind.attributes.volume.id.to_string() == volume.id && is_at
    };
    let meant: Vec<_> = binds.iter().filter(is_meant).collect();
    let name = &app.attributes.name;
    let bind = match meant.as_slice() {
        [bind] => *bind,
        [] => {
            let next = format!("See what it is bound to: slipway volume binds --app {name}");
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
    client.unbind_volume(id_of(bind)?, arguments.how.no_restart).await?;
    let done = format!("unbound {name} from the volume {}, which stays", volume.attributes.name);
    context.output.done(&done);
    let how = (arguments.how.no_restart, &arguments.how.waiting);
    follow::brought(context, client, &app, how).await
}

/// The volume of this name or id.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Volume>> {
    if let Ok(id) = given.parse() {
        return Ok(client.volume(id).await?);
    }
    let organization = context.organization()?;
    let all = client.volumes(organization, Some(given)).all().await?;
    let found = all.into_iter().find(|one| one.attributes.name.as_str() == given);
    found.ok_or_else(|| {
        let what = format!("organization {organization} has no volume {given} that you can see");
        Failure::error(what, "See what there is: slipway volume list")
    })
}

fn show(context: &Context, volume: &Resource<Volume>) -> anyhow::Result<()> {
    context.output.one(volume, |resource| {
        let shown = &resource.attributes;
        vec![
            ("name", shown.name.to_string()),
            ("plan", format!("{} ({})", shown.plan, shown.kind.as_str())),
            ("pool", shown.pool.to_string()),
            ("size", shown.size.map(memory).unwrap_or_default()),
            ("folder", shown.folder.clone().unwrap_or_default()),
            ("status", shown.status.as_str().to_owned()),
            ("reason", shown.reason.clone()),
            ("bound to", bound(shown)),
            ("created by", shown.created_by.clone()),
            ("id", resource.id.clone()),
        ]
    })
}

fn bound(volume: &Volume) -> String {
    let apps = volume.apps.iter().map(Name::to_string);
    let jobs = volume.jobs.iter().map(|job| format!("{job} (job)"));
    apps.chain(jobs).collect::<Vec<_>>().join(", ")
}

fn table(volumes: &[Resource<Volume>]) -> Table {
    let mut table = Table::new(&["name", "plan", "pool", "size", "status", "bound to", "age", "reason"]);
    for volume in volumes {
        let shown = &volume.attributes;
        let tone = match shown.status {
            VolumeStatus::Ready => Tone::Good,
            VolumeStatus::Failed => Tone::Bad,
            VolumeStatus::Creating | VolumeStatus::Deleting => Tone::Active,
        };
        table.toned_row(vec![
            (shown.name.to_string(), None),
            (shown.plan.to_string(), None),
            (shown.pool.to_string(), None),
            (shown.size.map(memory).unwrap_or_default(), None),
            (shown.status.as_str().to_owned(), Some(tone)),
            (bound(shown), None),
            (age(shown.created_at, now()), Some(Tone::Quiet)),
            (one_line(&shown.reason, 60), None),
        ]);
    }
    table
}

fn bind_table(binds: &[Resource<VolumeBind>]) -> Table {
    let mut table = Table::new(&["path", "volume", "access", "processes"]);
    for bind in binds {
        let shown = &bind.attributes;
        let access = if shown.is_read_only { "reads" } else { "writes" };
        let processes = match shown.processes.is_empty() {
            true => "all".to_owned(),
            false => shown.processes.join(", "),
        };
        table.row(vec![
            shown.path.clone(),
            shown.volume.name.to_string(),
            access.to_owned(),
            processes,
        ]);
    }
    table
}
