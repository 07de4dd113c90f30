//! `slipway resource`

mod change;
mod download;
mod import;
pub(super) mod order;
mod shown;
pub(super) mod values;
mod wait;

use clap::{Args, Subcommand};
use slipway_api::Resource;
use slipway_api::ids::ResourceId;
use slipway_api::resources::{CatalogResource, ResourceRequest, ResourceRestoration, ResourceState};
use slipway_api::templates::{TemplateKey, TreeDirection};
use slipway_client::{Client, ResourceFilter};

use super::template::{self, Direction};
use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ResourceCommand {
    /// List the organization's resources
    #[command(after_help = "\
Examples:
  slipway resource list
  slipway resource list --template network --state provisioned
  slipway resource list --stale")]
    List {
        /// Only with this in the name or a label
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only with this label
        #[arg(long, value_name = "LABEL")]
        label: Option<String>,
        /// Only of this template, by key or id
        #[arg(long, value_name = "TEMPLATE")]
        template: Option<String>,
        /// Only in this state: requested, provisioned or destroyed
        #[arg(long, value_name = "STATE", value_parser = state)]
        state: Option<ResourceState>,
        /// Only those that should be brought up to date
        #[arg(long)]
        stale: bool,
    },
    /// Show what a resource stands on, or what stands on it
    #[command(after_help = "\
Examples:
  slipway resource tree database/orders
  slipway resource tree network/main --direction children")]
    Tree {
        #[command(flatten)]
        one: OneResource,
        /// Which way
        #[arg(long, value_enum, default_value_t, value_name = "WAY")]
        direction: Direction,
    },
    /// Show a resource
    #[command(after_help = "Examples:\n  slipway resource show network/main")]
    Show(OneResource),
    /// Show what a template asks for, with what is known already and where it is from
    #[command(after_help = "\
Examples:
  slipway resource form network --parent region/north
  slipway resource form network --parent region/north --set cidr=10.1.0.0/16")]
    Form(order::Order),
    /// Order a resource
    #[command(after_help = "\
Examples:
  slipway resource create network --name main --parent region/north --set cidr=10.1.0.0/16
  slipway resource create database --parent network/main --take network_id=network/main:network_id
  slipway resource create database --parent network/main --values-file orders.json --dry-run
  slipway resource create account --name shop --set owner=shop@example.com --tag team=shop --setting region=north
  slipway resource create account --name shop --set owner=shop@example.com --wait")]
    Create(order::CreateArguments),
    /// Order what is running already, with its state: nothing is made anew
    #[command(after_help = "\
Examples:
  slipway resource import network --name main --set cidr=10.1.0.0/16 --state terraform.tfstate --dry-run
  slipway resource import network --name main --set cidr=10.1.0.0/16 --state terraform.tfstate --wait
  slipway resource import network --name main --from-workspace network-prod --yes
  slipway resource import network --name main --state all.tfstate --module module.network")]
    Import(import::ImportArguments),
    /// Ask for changes of a resource; values that are not named stay
    #[command(after_help = "\
Examples:
  slipway resource update network/main --set cidr=10.2.0.0/16 --reason 'more addresses'
  slipway resource update network/main --source-code-version network@v1.1.0 --dry-run
  slipway resource update database/orders --unset backup_window
  slipway resource update account/shop --tag cost=12 --own-tag note=first --remove-setting region")]
    Update(order::UpdateArguments),
    /// Ask for what is behind a resource to be destroyed
    #[command(
        after_help = "Examples:\n  slipway resource destroy database/orders --reason 'not needed any more' --yes"
    )]
    Destroy {
        #[command(flatten)]
        one: OneResource,
        #[command(flatten)]
        asking: order::Asking,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete a resource of which nothing is there, with its history
    #[command(after_help = "Examples:\n  slipway resource delete database/orders --yes")]
    Delete {
        #[command(flatten)]
        one: OneResource,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Show the outputs of a resource, or the value of one, which may be a secret
    #[command(after_help = "\
Examples:
  slipway resource outputs database/orders
  slipway resource outputs database/orders password")]
    Outputs {
        #[command(flatten)]
        one: OneResource,
        /// Only this output, by name
        #[arg(id = "of_output", value_name = "OUTPUT")]
        output: Option<String>,
    },
    /// Write a resource as a plain OpenTofu project, without secrets
    #[command(after_help = "\
Examples:
  slipway resource download database/orders
  slipway resource download database/orders --directory orders
  slipway resource download database/orders --archive orders.tar.gz")]
    Download(download::DownloadArguments),
    /// List what a resource was, the newest first
    #[command(after_help = "Examples:\n  slipway resource revisions network/main")]
    Revisions(OneResource),
    /// Ask for a resource to be what it was as some revision
    #[command(after_help = "Examples:\n  slipway resource restore network/main --revision 3 --reason 'it was better'")]
    Restore {
        #[command(flatten)]
        one: OneResource,
        /// The revision
        #[arg(long, value_name = "NUMBER")]
        revision: i64,
        #[command(flatten)]
        asking: order::Asking,
    },
    /// Bring a resource up to date: the same values, with what it stands on as it is now
    #[command(after_help = "Examples:\n  slipway resource refresh database/orders --wait")]
    Refresh {
        #[command(flatten)]
        one: OneResource,
        #[command(flatten)]
        asking: order::Asking,
    },
    #[command(flatten)]
    Change(change::ResourceChangeCommand),
}

/// A resource.
#[derive(Debug, Args)]
pub(crate) struct OneResource {
    /// The resource: template/name, its name where only one has it, or its id
    #[arg(value_name = "RESOURCE")]
    resource: String,
}

fn state(text: &str) -> Result<ResourceState, String> {
    let all = [
        ResourceState::Requested,
        ResourceState::Provisioned,
        ResourceState::Destroyed,
    ];
    let found = all.into_iter().find(|state| state.word() == text);
    found.ok_or_else(|| "a state is requested, provisioned or destroyed".to_owned())
}

pub(super) async fn run(context: &Context, command: ResourceCommand) -> anyhow::Result<Outcome> {
    use ResourceCommand as Command;
    let client = &context.client()?;
    match command {
        Command::List {
            search,
            label,
            template,
            state,
            stale,
        } => {
            let template = match template {
                Some(template) => Some(id_of(&template::find(context, client, &template).await?)?),
                None => None,
            };
            let filter = ResourceFilter {
                text: search.as_deref(),
                label: label.as_deref(),
                template,
                state,
                is_stale: stale.then_some(true),
                ..ResourceFilter::default()
            };
            let rows = client.resources(context.organization()?, &filter).all().await?;
            let nothing = "No resources. Order one: slipway resource create TEMPLATE";
            context.output.rows(&rows, nothing, shown::table)?;
        }
        Command::Tree { one, direction } => {
            let direction = match direction {
                Direction::Parents => TreeDirection::Parents,
                Direction::Children => TreeDirection::Children,
            };
            let id = id_of(&find(context, client, &one.resource).await?)?;
            shown::tree(context, &client.resource_tree(id, direction).await?)?;
        }
        Command::Show(one) => shown::one(context, &find(context, client, &one.resource).await?)?,
        Command::Form(order) => {
            let wanted = order::new(context, client, order, order::Asking::default()).await?;
            shown::form(context, &client.resource_form(context.organization()?, wanted).await?)?;
        }
        Command::Change(command) => return change::run(context, client, command).await,
        Command::Create(arguments) => return order::create(context, client, arguments).await,
        Command::Import(arguments) => return import::run(context, client, arguments).await,
        Command::Update(arguments) => return order::update(context, client, arguments).await,
        Command::Destroy { one, asking, yes } => return destroy(context, client, &one.resource, (asking, yes)).await,
        Command::Delete { one, yes } => return delete(context, client, &one.resource, yes).await,
        Command::Outputs { one, output } => outputs(context, client, &one.resource, output.as_deref()).await?,
        Command::Download(arguments) => return download::run(context, client, arguments).await,
        Command::Revisions(one) => {
            let id = id_of(&find(context, client, &one.resource).await?)?;
            let rows = client.resource_revisions(id).all().await?;
            context.output.rows(&rows, "It was never applied.", shown::revisions)?;
        }
        Command::Restore { one, revision, asking } => {
            let id = id_of(&find(context, client, &one.resource).await?)?;
            let wanted = ResourceRestoration {
                revision,
                reason: asking.reason(),
                auto_apply: asking.auto_apply,
            };
            let asked = client.restore_resource(id, &wanted).await?;
            return wait::told(context, client, &asked, &asking).await;
        }
        Command::Refresh { one, asking } => {
            let id = id_of(&find(context, client, &one.resource).await?)?;
            let asked = client.refresh_resource(id, &request(&asking)).await?;
            return wait::told(context, client, &asked, &asking).await;
        }
    }
    Ok(Outcome::Success)
}

fn request(asking: &order::Asking) -> ResourceRequest {
    ResourceRequest {
        reason: asking.reason(),
        auto_apply: asking.auto_apply,
    }
}

async fn destroy(
    context: &Context,
    client: &Client,
    given: &str,
    (asking, yes): (order::Asking, bool),
) -> anyhow::Result<Outcome> {
    let found = find(context, client, given).await?;
    let name = shown::called(&found.attributes);
    if !prompt::confirm(context, yes, &format!("Plan to destroy all that is behind {name}?"))? {
        return Err(Failure::error("nothing was asked for", "The resource stays."));
    }
    let asked = client.destroy_resource(id_of(&found)?, &request(&asking)).await?;
    wait::told(context, client, &asked, &asking).await
}

async fn delete(context: &Context, client: &Client, given: &str, yes: bool) -> anyhow::Result<Outcome> {
    let found = find(context, client, given).await?;
    let name = shown::called(&found.attributes);
    if !prompt::confirm(context, yes, &format!("Delete {name} with its history?"))? {
        return Err(Failure::error("nothing was deleted", "The resource stays."));
    }
    client.delete_resource(id_of(&found)?).await?;
    context.output.done(&format!("deleted {name}"));
    Ok(Outcome::Success)
}

async fn outputs(context: &Context, client: &Client, given: &str, name: Option<&str>) -> anyhow::Result<()> {
    let id = id_of(&find(context, client, given).await?)?;
    match name {
        None => shown::outputs(context, &client.resource_outputs(id).await?),
        Some(name) => shown::output(context, &client.resource_output(id, name).await?),
    }
}

/// The resource of this id, `template/name` or name.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<CatalogResource>> {
    if let Ok(id) = given.parse::<ResourceId>() {
        return Ok(client.catalog_resource(id).await?.0);
    }
    let (template, name) = match given.split_once('/') {
        Some((template, name)) => (Some(template.parse::<TemplateKey>()?), name),
        None => (None, given),
    };
    let filter = ResourceFilter {
        text: Some(name),
        ..ResourceFilter::default()
    };
    let all = client.resources(context.organization()?, &filter).all().await?;
    let is_it = |one: &Resource<CatalogResource>| {
        let shown = &one.attributes;
        shown.specification.name.as_str() == name && template.as_ref().is_none_or(|key| *key == shown.template)
    };
    let mut found: Vec<Resource<CatalogResource>> = all.into_iter().filter(is_it).collect();
    let next = "See which there are: slipway resource list";
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(Failure::error(
            format!("several resources are called {given}"),
            "Say which one by template/name, or by its id: slipway resource list",
        )),
        (None, _) => Err(Failure::error(format!("there is no resource {given}"), next)),
    }
}
