//! `slipway service-instance`: what was ordered of services.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;
use slipway_api::resources::ResourceRequest;
use slipway_api::services::{NewServiceInstance, ServiceInstance};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::resource::values::{of_file, pair};
use super::{integration, project, resource, service};
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceInstanceCommand {
    /// List what was ordered of services
    #[command(after_help = "\
Examples:
  slipway service-instance list
  slipway service-instance list --service database --output json")]
    List {
        /// Only of this service, by name or id
        #[arg(long, value_name = "SERVICE")]
        service: Option<String>,
    },
    /// Show what was ordered of a service
    #[command(after_help = "Examples:\n  slipway service-instance show orders-db")]
    Show {
        /// The service instance, by name or id
        #[arg(value_name = "INSTANCE")]
        instance: String,
    },
    Create(Box<CreateArguments>),
    /// Have what was ordered destroyed; it is gone with its resource, and nothing may be bound to it
    #[command(after_help = "\
Examples:
  slipway service-instance delete orders-db --reason 'the shop has another one'
  slipway service-instance delete orders-db --auto-apply --yes")]
    Delete {
        /// The service instance, by name or id
        #[arg(value_name = "INSTANCE")]
        instance: String,
        /// Why, for those who decide on it
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        reason: String,
        /// Apply the plan without a further yes, where no rule wants anybody's approval
        #[arg(long)]
        auto_apply: bool,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

/// Order from a service
///
/// A resource of the service's template is ordered, with your rights and whoever's approval its rules want.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway service-instance create orders-db --service database
  slipway service-instance create orders-db --service database --value size=20 --parent network/main
  slipway service-instance create orders-db --service database --values-file orders.json --auto-apply")]
pub(crate) struct CreateArguments {
    /// Its name
    #[arg(value_name = "NAME")]
    name: Name,
    /// The name of the service
    #[arg(long, value_name = "SERVICE")]
    service: Name,
    /// A value: name=value, as JSON where it is no text; may be given several times
    #[arg(long = "value", value_name = "NAME=VALUE", value_parser = pair)]
    value: Vec<(String, Value)>,
    /// A file with a JSON object of values; --value counts before it
    #[arg(long, value_name = "FILE")]
    values_file: Option<PathBuf>,
    /// What it stands on: template/name or an id; may be given several times
    #[arg(long, value_name = "RESOURCE")]
    parent: Vec<String>,
    /// What its runs sign in with, by name or id; may be given several times
    #[arg(long, value_name = "INTEGRATION")]
    integration: Vec<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    description: String,
    /// The project that it stands in [default: the default project]
    #[arg(long, value_name = "PROJECT")]
    in_project: Option<String>,
    /// Why, for those who decide on it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    /// Apply the plan without a further yes, where no rule wants anybody's approval
    #[arg(long)]
    auto_apply: bool,
}

pub(super) async fn run(context: &Context, command: ServiceInstanceCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ServiceInstanceCommand::List { service } => {
            let service = match service {
                Some(given) => Some(id_of(&service::find(context, client, &given).await?)?),
                None => None,
            };
            let rows = client
                .service_instances(context.organization()?, None, service)
                .all()
                .await?;
            let nothing = "Nothing was ordered. See what can be: slipway service list";
            context.output.rows(&rows, nothing, table)?;
        }
        ServiceInstanceCommand::Show { instance } => show(context, &find(context, client, &instance).await?)?,
        ServiceInstanceCommand::Create(arguments) => create(context, client, *arguments).await?,
        ServiceInstanceCommand::Delete {
            instance,
            reason,
            auto_apply,
            yes,
        } => {
            let found = find(context, client, &instance).await?;
            let name = &found.attributes.name;
            let what = format!("This asks for all that is behind {name} to be destroyed.");
            if !prompt::confirm_by_name(context, yes, &what, name.as_str())? {
                return Err(Failure::error("nothing was asked for", "The service instance stays."));
            }
            let request = ResourceRequest { reason, auto_apply };
            client.delete_service_instance(id_of(&found)?, &request).await?;
            context
                .output
                .done(&format!("{name} is deleted, or will be once its resource is destroyed"));
        }
    }
    Ok(Outcome::Success)
}

async fn create(context: &Context, client: &Client, arguments: CreateArguments) -> anyhow::Result<()> {
    let mut parents = Vec::with_capacity(arguments.parent.len());
    for parent in &arguments.parent {
        parents.push(id_of(&resource::find(context, client, parent).await?)?);
    }
    let mut integrations = Vec::with_capacity(arguments.integration.len());
    for given in &arguments.integration {
        integrations.push(id_of(&integration::find(context, client, given).await?.0)?);
    }
    let mut values = match &arguments.values_file {
        Some(path) => of_file(path)?,
        None => BTreeMap::new(),
    };
    values.extend(arguments.value);
    let project = match &arguments.in_project {
        Some(given) => Some(id_of(
            &project::find_project(client, context.organization()?, given).await?,
        )?),
        None => None,
    };
    let new = NewServiceInstance {
        name: arguments.name,
        service: arguments.service,
        description: arguments.description,
        project,
        parents,
        integrations,
        values,
        references: BTreeMap::new(),
        reason: arguments.reason,
        auto_apply: arguments.auto_apply,
    };
    let made = client.create_service_instance(context.organization()?, new).await?;
    show(context, &made)
}

/// The service instance of this name or id.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<ServiceInstance>> {
    if let Ok(id) = given.parse() {
        return Ok(client.service_instance(id).await?);
    }
    let organization = context.organization()?;
    let all = client.service_instances(organization, Some(given), None).all().await?;
    let found = all.into_iter().find(|one| one.attributes.name.as_str() == given);
    found.ok_or_else(|| {
        let what = format!("organization {organization} has no service instance {given} that you can see");
        Failure::error(what, "See what there is: slipway service-instance list")
    })
}

fn show(context: &Context, instance: &Resource<ServiceInstance>) -> anyhow::Result<()> {
    context.output.one(instance, |resource| {
        let shown = &resource.attributes;
        let behind = shown.resource.as_ref();
        vec![
            ("name", shown.name.to_string()),
            ("service", shown.service.name.to_string()),
            ("status", status(shown)),
            ("resource", behind.map(|one| one.id.to_string()).unwrap_or_default()),
            ("bound to", bound(shown)),
            ("ordered by", shown.created_by.clone()),
            ("id", resource.id.clone()),
        ]
    })
}

fn status(instance: &ServiceInstance) -> String {
    let Some(behind) = &instance.resource else {
        return String::new();
    };
    let state = behind.state.word();
    match (instance.is_leaving, behind.is_changing) {
        (true, _) => format!("{state}, leaving"),
        (false, true) => format!("{state}, changing"),
        (false, false) => state.to_owned(),
    }
}

fn bound(instance: &ServiceInstance) -> String {
    let apps = instance.apps.iter().map(Name::to_string);
    let jobs = instance.jobs.iter().map(|job| format!("{job} (job)"));
    apps.chain(jobs).collect::<Vec<_>>().join(", ")
}

fn table(instances: &[Resource<ServiceInstance>]) -> Table {
    let mut table = Table::new(&["name", "service", "status", "bound to", "ordered"]);
    for instance in instances {
        let shown = &instance.attributes;
        table.row(vec![
            shown.name.to_string(),
            shown.service.name.to_string(),
            status(shown),
            bound(shown),
            age(shown.created_at, now()),
        ]);
    }
    table
}
