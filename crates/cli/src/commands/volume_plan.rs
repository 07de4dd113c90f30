//! `slipway volume-plan`: what volumes can be.

use clap::{Args, Subcommand, ValueEnum};
use slipway_api::volumes::{NewVolumePlan, VolumeAccess, VolumeKind, VolumePlan, VolumeSettings};
use slipway_api::{Name, Resource};

use super::amounts::{Memory, memory};
use super::resource::order::entry;
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, yes_no};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum VolumePlanCommand {
    /// List the plans that the organization's volumes may have
    #[command(after_help = "Examples:\n  slipway volume-plan list\n  slipway volume-plan list --output json")]
    List,
    Create(Box<CreateArguments>),
    /// Delete a plan that no volume has
    #[command(after_help = "Examples:\n  slipway volume-plan delete fast --yes")]
    Delete {
        /// The plan
        #[arg(value_name = "PLAN")]
        plan: Name,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// Create a plan of volumes, which never changes
///
/// Folders of a machine, drivers and their options are for site administrators to give, to the organization or, with
/// --shared, to all.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway volume-plan create standard --kind engine
  slipway volume-plan create fast --kind persistent --storage-class ssd --size 10GiB
  slipway volume-plan create scratch --kind ephemeral --in-memory --size 64MiB
  slipway volume-plan create folders --kind host-path --path /srv/apps --parent
  slipway volume-plan create nfs --kind engine --option type=nfs --option device=:/export --option o=addr=10.0.0.9 --shared")]
pub(crate) struct CreateArguments {
    /// Its name
    #[arg(value_name = "NAME")]
    name: Name,
    /// What volumes of it are
    #[arg(long, value_name = "KIND", value_enum)]
    kind: Kind,
    /// engine: the engine's driver [default: its usual one]
    #[arg(long, value_name = "DRIVER")]
    driver: Option<String>,
    /// engine: what the driver is told, which everybody sees who sees the plan; may be given several times
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = entry)]
    option: Vec<(String, String)>,
    /// host-path: the folder of the machine
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// host-path: have each volume name a folder in it
    #[arg(long)]
    parent: bool,
    /// persistent: the storage class [default: the cluster's usual one]
    #[arg(long, value_name = "CLASS")]
    storage_class: Option<String>,
    /// persistent: from how many machines it is used [default: read-write-once]
    #[arg(long, value_name = "ACCESS", value_enum)]
    access: Option<Access>,
    /// ephemeral: keep it in memory, where it counts as the unit's
    #[arg(long)]
    in_memory: bool,
    /// persistent, ephemeral: how large volumes are that say nothing else
    #[arg(long, value_name = "AMOUNT")]
    size: Option<Memory>,
    /// Give it to every organization, which only site administrators may
    #[arg(long)]
    shared: bool,
}

/// What volumes are.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A volume of the Docker Engine
    Engine,
    /// A folder of the Docker Engine's machine
    HostPath,
    /// Storage of a Kubernetes cluster, which stays when units go
    Persistent,
    /// A folder of each unit in a Kubernetes cluster, which goes with it
    Ephemeral,
}

/// From how many machines storage is used.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Access {
    /// By the units of one machine
    #[value(name = "read-write-once")]
    OneMachine,
    /// By all, which only read
    #[value(name = "read-only-many")]
    AllToRead,
    /// By all
    #[value(name = "read-write-many")]
    All,
}

pub(super) async fn run(context: &Context, command: VolumePlanCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        VolumePlanCommand::List => {
            let plans = client.volume_plans(context.organization()?).all().await?;
            context.output.rows(&plans, "No volume plans.", table)?;
        }
        VolumePlanCommand::Create(arguments) => {
            let new = wanted(*arguments);
            let plan = client.create_volume_plan(context.organization()?, new).await?;
            context.output.rows(&[plan], "", table)?;
        }
        VolumePlanCommand::Delete { plan, yes } => {
            let mut plans = client.volume_plans(context.organization()?).all().await?;
            plans.sort_by_key(|plan| plan.attributes.is_shared);
            let found = plans.into_iter().find(|one| one.attributes.name == plan);
            let found = found.ok_or_else(|| {
                Failure::error(
                    format!("there is no volume plan {plan} that you can see"),
                    "See what there is: slipway volume-plan list",
                )
            })?;
            if !prompt::confirm(context, yes, &format!("Delete the volume plan {plan}?"))? {
                return Err(Failure::error("nothing was deleted", "The plan stays as it was."));
            }
            client.delete_volume_plan(id_of(&found)?).await?;
            context.output.done(&format!("deleted the volume plan {plan}"));
        }
    }
    Ok(Outcome::Success)
}

fn wanted(arguments: CreateArguments) -> NewVolumePlan {
    NewVolumePlan {
        name: arguments.name,
        kind: match arguments.kind {
            Kind::Engine => VolumeKind::Engine,
            Kind::HostPath => VolumeKind::HostPath,
            Kind::Persistent => VolumeKind::Persistent,
            Kind::Ephemeral => VolumeKind::Ephemeral,
        },
        settings: VolumeSettings {
            driver: arguments.driver,
            options: arguments.option.into_iter().collect(),
            path: arguments.path,
            is_parent: arguments.parent,
            storage_class: arguments.storage_class,
            access: arguments.access.map(|access| match access {
                Access::OneMachine => VolumeAccess::ReadWriteOnce,
                Access::AllToRead => VolumeAccess::ReadOnlyMany,
                Access::All => VolumeAccess::ReadWriteMany,
            }),
            is_in_memory: arguments.in_memory,
            size: arguments.size.map(|size| size.0),
        },
        is_shared: arguments.shared,
    }
}

/// What stands behind volumes of a plan, in words.
fn behind(settings: &VolumeSettings) -> String {
    let mut words: Vec<String> = settings.driver.iter().cloned().collect();
    words.extend(settings.options.iter().map(|(key, value)| format!("{key}={value}")));
    if let Some(path) = &settings.path {
        let folder = if settings.is_parent { "/FOLDER" } else { "" };
        words.push(format!("{path}{folder}"));
    }
    words.extend(settings.storage_class.iter().map(|class| format!("class {class}")));
    words.extend(settings.access.map(|access| match access {
        VolumeAccess::ReadWriteOnce => "read-write-once".to_owned(),
        VolumeAccess::ReadOnlyMany => "read-only-many".to_owned(),
        VolumeAccess::ReadWriteMany => "read-write-many".to_owned(),
    }));
    if settings.is_in_memory {
        words.push("in memory".to_owned());
    }
    words.join(" ")
}

fn table(plans: &[Resource<VolumePlan>]) -> Table {
    let mut table = Table::new(&["name", "kind", "size", "behind it", "shared"]);
    for resource in plans {
        let plan = &resource.attributes;
        table.row(vec![
            plan.name.to_string(),
            plan.kind.as_str().to_owned(),
            plan.settings.size.map(memory).unwrap_or_default(),
            behind(&plan.settings),
            yes_no(plan.is_shared),
        ]);
    }
    table
}
