//! `slipway storage`

use std::time::Duration;

use clap::Subcommand;
use slipway_api::ids::{IntegrationId, StorageId};
use slipway_api::storages::{NewStorage, Storage, StorageChanges, StorageDifference, StoragePlace};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::integration;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

/// How often to look whether the server has ended.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(crate) enum StorageCommand {
    /// Make a bucket for states of other tools, with one of the organization's integrations
    #[command(after_help = "\
Examples:
  slipway storage create states --integration aws --bucket acme-states --region eu-central-1
  slipway storage create states --integration azure --resource-group states --storage-account acmestates --container states --location westeurope
  slipway storage create states --integration google --project acme-platform --bucket acme-states --location europe-west3 --wait")]
    Create(Box<Create>),
    /// List the storages
    #[command(after_help = "Examples:\n  slipway storage list")]
    List,
    /// Show a storage
    #[command(after_help = "Examples:\n  slipway storage show states")]
    Show(One),
    /// Change what is said about a storage
    #[command(after_help = "\
Examples:
  slipway storage update states --description 'States of the data team'
  slipway storage update states --label team=data --label tier=gold")]
    Update {
        #[command(flatten)]
        one: One,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// A label, `key` or `key=value` (repeatable); those given are all that there are
        #[arg(long = "label", value_name = "LABEL")]
        labels: Vec<String>,
    },
    /// Look whether the bucket is there and as it should be; changes nothing
    #[command(after_help = "Examples:\n  slipway storage check states")]
    Check(One),
    /// Set right in what the bucket differs from what it should be
    #[command(after_help = "Examples:\n  slipway storage repair states --wait")]
    Repair(Waiting),
    /// Try again what did not succeed
    #[command(after_help = "Examples:\n  slipway storage retry states --wait")]
    Retry(Waiting),
    /// Remove the bucket, if nothing is in it, no old version either
    #[command(after_help = "\
Examples:
  slipway storage destroy states
  slipway storage destroy states --yes --wait")]
    Destroy {
        #[command(flatten)]
        waiting: Waiting,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Forget a storage; its bucket stays as it is, with all that is in it
    #[command(after_help = "Examples:\n  slipway storage forget states --yes")]
    Forget {
        #[command(flatten)]
        one: One,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Print the block for an OpenTofu configuration whose state shall be in the bucket
    #[command(after_help = "\
Examples:
  slipway storage backend states --path shop/network
  slipway storage backend states --path shop/network >backend.tf")]
    Backend {
        #[command(flatten)]
        one: One,
        /// Where in the bucket the state shall be; each configuration has its own
        #[arg(long, value_name = "PATH")]
        path: String,
    },
}

/// A storage.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The storage, by name or id
    #[arg(value_name = "STORAGE")]
    storage: String,
}

/// A storage that the server works at.
#[derive(Debug, clap::Args)]
pub(crate) struct Waiting {
    #[command(flatten)]
    one: One,
    /// Wait until the server has ended
    #[arg(long)]
    wait: bool,
}

/// A new storage.
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// Its name, which never changes
    #[arg(value_name = "NAME")]
    name: Name,
    /// The integration of the cloud, by name or id
    #[arg(long, value_name = "INTEGRATION")]
    integration: String,
    /// AWS, Google Cloud: the bucket's name
    #[arg(long, value_name = "BUCKET")]
    bucket: Option<String>,
    /// AWS: the bucket's region
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Azure: a resource group that exists
    #[arg(long, value_name = "GROUP")]
    resource_group: Option<String>,
    /// Azure: the storage account's name
    #[arg(long, value_name = "ACCOUNT")]
    storage_account: Option<String>,
    /// Azure: the container's name
    #[arg(long, value_name = "CONTAINER")]
    container: Option<String>,
    /// Google Cloud: the project
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Azure, Google Cloud: where the bucket shall be
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// What it is for
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    description: String,
    /// A label, `key` or `key=value` (repeatable)
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Wait until the bucket is made
    #[arg(long)]
    wait: bool,
}

pub(super) async fn run(context: &Context, command: StorageCommand) -> anyhow::Result<Outcome> {
    use StorageCommand as Command;
    let client = &context.client()?;
    match command {
        Command::Create(new) => return create(context, client, *new).await,
        Command::List => {
            let all = client.storages(context.organization()?).all().await?;
            let nothing = "No storages. Make one: slipway storage create NAME --integration INTEGRATION";
            context.output.rows(&all, nothing, table)?;
        }
        Command::Show(one) => show(context, &find(context, client, &one.storage).await?)?,
        Command::Update {
            one,
            description,
            labels,
        } => {
            let id: StorageId = id_of(&find(context, client, &one.storage).await?)?;
            let changes = StorageChanges {
                description,
                labels: Some(labels).filter(|labels| !labels.is_empty()),
            };
            let (_, tag) = client.storage(id).await?;
            show(context, &client.update_storage(id, changes, &tag).await?)?;
        }
        Command::Check(one) => return check(context, client, &one.storage).await,
        Command::Repair(waiting) => {
            let id = id_of(&find(context, client, &waiting.one.storage).await?)?;
            let asked = client.repair_storage(id).await?;
            return follow(context, client, asked, waiting.wait).await;
        }
        Command::Retry(waiting) => {
            let id = id_of(&find(context, client, &waiting.one.storage).await?)?;
            let asked = client.retry_storage(id).await?;
            return follow(context, client, asked, waiting.wait).await;
        }
        Command::Destroy { waiting, yes } => {
            let found = find(context, client, &waiting.one.storage).await?;
            let (name, bucket) = (&found.attributes.name, found.attributes.place.title());
            let what = format!("This removes the bucket {bucket} at the cloud, if nothing is in it.");
            if !prompt::confirm_by_name(context, yes, &what, name.as_str())? {
                return Err(Failure::error("nothing was removed", "The storage stays as it was."));
            }
            let asked = client.destroy_storage(id_of(&found)?).await?;
            return follow(context, client, asked, waiting.wait).await;
        }
        Command::Forget { one, yes } => {
            let found = find(context, client, &one.storage).await?;
            let name = &found.attributes.name;
            if !prompt::confirm(context, yes, &format!("Forget the storage {name}? Its bucket stays."))? {
                return Err(Failure::error("nothing was forgotten", "The storage stays as it was."));
            }
            client.forget_storage(id_of(&found)?).await?;
            let bucket = found.attributes.place.title();
            context.output.done(&format!(
                "forgot the storage {name}; the bucket {bucket} was left as it is"
            ));
        }
        Command::Backend { one, path } => {
            let found = find(context, client, &one.storage).await?;
            context.output.data(&found.attributes.place.backend(&path))?;
        }
    }
    Ok(Outcome::Success)
}

async fn create(context: &Context, client: &Client, new: Create) -> anyhow::Result<Outcome> {
    let (integration, _) = integration::find(context, client, &new.integration).await?;
    let integration_id: IntegrationId = id_of(&integration)?;
    let wanted = NewStorage {
        place: place(&integration.attributes.kind, &new)?,
        name: new.name,
        description: new.description,
        labels: new.labels,
        integration_id,
    };
    let made = client.create_storage(context.organization()?, wanted).await?;
    follow(context, client, made, new.wait).await
}

/// Where the bucket shall be, by the kind of the integration.
fn place(kind: &str, new: &Create) -> anyhow::Result<StoragePlace> {
    let given = |value: &Option<String>, flag: &str| {
        value.clone().ok_or_else(|| {
            let next = format!("Say where the bucket shall be: --{flag}. See: slipway storage create --help");
            Failure::error(format!("an integration of the kind {kind} needs --{flag}"), next)
        })
    };
    Ok(match kind {
        "aws" => StoragePlace::Aws {
            bucket: given(&new.bucket, "bucket")?,
            region: given(&new.region, "region")?,
        },
        "azure" => StoragePlace::Azurerm {
            resource_group: given(&new.resource_group, "resource-group")?,
            storage_account: given(&new.storage_account, "storage-account")?,
            container: given(&new.container, "container")?,
            location: given(&new.location, "location")?,
        },
        "google-cloud" => StoragePlace::Gcp {
            project: given(&new.project, "project")?,
            bucket: given(&new.bucket, "bucket")?,
            location: given(&new.location, "location")?,
        },
        _ => {
            return Err(Failure::error(
                format!(
                    "the integration {} is of the kind {kind}, which has no buckets",
                    new.integration
                ),
                "Take one of the kind aws, azure or google-cloud: slipway integration list",
            ));
        }
    })
}

async fn check(context: &Context, client: &Client, text: &str) -> anyhow::Result<Outcome> {
    let id = id_of(&find(context, client, text).await?)?;
    let checked = client.check_storage(id).await?;
    let shown = &checked.attributes;
    if context.output.is_json() {
        show(context, &checked)?;
    } else if shown.differences.is_empty() {
        let bucket = shown.place.title();
        context.output.done(&format!("the bucket {bucket} is as it should be"));
    } else {
        context.output.table(differences(&shown.differences), "")?;
        let name = &shown.name;
        context
            .output
            .note(&format!("To set this right: slipway storage repair {name}"));
    }
    Ok(Outcome::Success)
}

/// Shows what the server was asked for, once it has ended if that is wished for.
async fn follow(
    context: &Context,
    client: &Client,
    mut asked: Resource<Storage>,
    is_waited_for: bool,
) -> anyhow::Result<Outcome> {
    let id: StorageId = id_of(&asked)?;
    while is_waited_for && asked.attributes.is_working {
        tokio::time::sleep(PAUSE).await;
        asked = client.storage(id).await?.0;
    }
    show(context, &asked)?;
    let shown = &asked.attributes;
    match &shown.problem {
        Some(problem) if is_waited_for => {
            let next = format!("When that is mended: slipway storage retry {}", shown.name);
            Err(Failure::error(problem.clone(), next))
        }
        _ => Ok(Outcome::Success),
    }
}

/// The storage of this id or name.
async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Storage>> {
    if let Ok(id) = given.parse::<StorageId>() {
        return Ok(client.storage(id).await?.0);
    }
    let all = client.storages(context.organization()?).all().await?;
    let is_it = |one: &Resource<Storage>| one.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        let next = "See which there are: slipway storage list";
        Failure::error(format!("there is no storage {given}"), next)
    })
}

fn table(all: &[Resource<Storage>]) -> Table {
    let mut table = Table::new(&["name", "id", "kind", "bucket", "status", "problem"]);
    for resource in all {
        let shown = &resource.attributes;
        table.row(vec![
            shown.name.to_string(),
            resource.id.clone(),
            shown.place.kind().to_owned(),
            shown.place.title(),
            shown.status.word().to_owned(),
            shown.problem.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn differences(all: &[StorageDifference]) -> Table {
    let mut table = Table::new(&["setting", "should be", "is"]);
    for one in all {
        table.row(vec![one.setting.clone(), one.expected.clone(), one.found.clone()]);
    }
    table
}

fn show(context: &Context, found: &Resource<Storage>) -> anyhow::Result<()> {
    context.output.one(found, |resource| {
        let shown = &resource.attributes;
        let doing = match shown.is_working {
            true => format!("{} (working: {})", shown.status.word(), shown.task.word()),
            false => shown.status.word().to_owned(),
        };
        let differing: Vec<&str> = shown.differences.iter().map(|one| one.setting.as_str()).collect();
        let mut rows = vec![
            ("Name", shown.name.to_string()),
            ("Id", resource.id.clone()),
            ("Status", doing),
            ("Problem", shown.problem.clone().unwrap_or_default()),
            ("Kind", shown.place.kind().to_owned()),
            ("Bucket", shown.place.title()),
        ];
        match &shown.place {
            StoragePlace::Aws { region, .. } => rows.push(("Region", region.clone())),
            StoragePlace::Azurerm {
                resource_group,
                location,
                ..
            } => {
                rows.push(("Resource group", resource_group.clone()));
                rows.push(("Location", location.clone()));
            }
            StoragePlace::Gcp { project, location, .. } => {
                rows.push(("Project", project.clone()));
                rows.push(("Location", location.clone()));
            }
        }
        rows.extend([
            ("Differs in", differing.join(", ")),
            ("Description", shown.description.clone()),
            ("Labels", shown.labels.join(", ")),
            ("Made by", shown.created_by.clone()),
            ("Age", age(shown.created_at, now())),
        ]);
        rows
    })
}
