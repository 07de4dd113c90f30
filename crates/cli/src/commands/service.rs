//! `slipway service`: templates of the catalog that developers order by a name.

use std::collections::BTreeMap;

use clap::Subcommand;
use slipway_api::ids::ProjectId;
use slipway_api::services::{NewService, Service, ServiceChanges};
use slipway_api::templates::TemplateKey;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use super::project;
use super::resource::order::entry;
use crate::context::{Context, id_of};
use crate::environment::now;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, age, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// List the services that can be ordered
    #[command(after_help = "Examples:\n  slipway service list\n  slipway service list --output json")]
    List,
    /// Show a service
    #[command(after_help = "Examples:\n  slipway service show database")]
    Show {
        /// The service, by name or id
        #[arg(value_name = "SERVICE")]
        service: String,
    },
    /// Offer a template of the catalog as a service
    ///
    /// Apps that are bound to what is ordered are given its outputs: those that are named, each under its variable; else those
    /// that the template names, or all of them, each under its name in capitals.
    #[command(after_help = "\
Examples:
  slipway service create database --template postgres
  slipway service create database --template postgres --give url=DATABASE_URL --give password=DATABASE_PASSWORD
  slipway service create queue --template rabbitmq --for-project shop")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// The template that is ordered, by its key
        #[arg(long, value_name = "TEMPLATE")]
        template: TemplateKey,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
        /// An output that apps are given, and the variable that it is then; may be given several times
        #[arg(long = "give", value_name = "OUTPUT=VARIABLE", value_parser = entry)]
        give: Vec<(String, String)>,
        /// A project in which it can be ordered, by name or id; may be given several times [default: all]
        #[arg(long, value_name = "PROJECT")]
        for_project: Vec<String>,
    },
    /// Change a service; binds that are there keep the variables that they have
    #[command(after_help = "\
Examples:
  slipway service update database --description 'PostgreSQL with backups'
  slipway service update database --give url=DATABASE_URL
  slipway service update database --for-project shop --for-project billing")]
    Update {
        /// The service, by name or id
        #[arg(value_name = "SERVICE")]
        service: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// An output that apps are given, in place of those before; may be given several times
        #[arg(long = "give", value_name = "OUTPUT=VARIABLE", value_parser = entry)]
        give: Vec<(String, String)>,
        /// Give what the template says again
        #[arg(long, conflicts_with = "give")]
        give_as_template: bool,
        /// A project in which it can be ordered, in place of those before; may be given several times
        #[arg(long, value_name = "PROJECT")]
        for_project: Vec<String>,
        /// Let it be ordered in every project again
        #[arg(long, conflicts_with = "for_project")]
        for_all_projects: bool,
    },
    /// Do not offer a service any more; nothing may be there that was ordered of it
    #[command(after_help = "Examples:\n  slipway service delete database --yes")]
    Delete {
        /// The service, by name or id
        #[arg(value_name = "SERVICE")]
        service: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: ServiceCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        ServiceCommand::List => {
            let services = client.services(context.organization()?, None).all().await?;
            let nothing = "No services. Offer one: slipway service create NAME --template TEMPLATE";
            context.output.rows(&services, nothing, table)?;
        }
        ServiceCommand::Show { service } => show(context, &find(context, client, &service).await?)?,
        ServiceCommand::Create {
            name,
            template,
            description,
            give,
            for_project,
        } => {
            let new = NewService {
                name,
                description,
                template,
                outputs: give.into_iter().collect(),
                projects: projects(context, client, &for_project).await?,
            };
            let made = client.create_service(context.organization()?, new).await?;
            show(context, &made)?;
        }
        ServiceCommand::Update {
            service,
            description,
            give,
            give_as_template,
            for_project,
            for_all_projects,
        } => {
            let id = id_of(&find(context, client, &service).await?)?;
            let changes = ServiceChanges {
                description,
                outputs: (give_as_template || !give.is_empty()).then(|| give.into_iter().collect::<BTreeMap<_, _>>()),
                projects: match for_all_projects || !for_project.is_empty() {
                    true => Some(projects(context, client, &for_project).await?),
                    false => None,
                },
            };
            show(context, &client.update_service(id, changes).await?)?;
        }
        ServiceCommand::Delete { service, yes } => {
            let found = find(context, client, &service).await?;
            let name = &found.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the service {name}?"))? {
                return Err(Failure::error("nothing was deleted", "The service stays."));
            }
            client.delete_service(id_of(&found)?).await?;
            context.output.done(&format!("deleted the service {name}"));
        }
    }
    Ok(Outcome::Success)
}

async fn projects(context: &Context, client: &Client, given: &[String]) -> anyhow::Result<Vec<ProjectId>> {
    let mut ids = Vec::with_capacity(given.len());
    for one in given {
        ids.push(id_of(
            &project::find_project(client, context.organization()?, one).await?,
        )?);
    }
    Ok(ids)
}

/// The service of this name or id.
pub(super) async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Service>> {
    if let Ok(id) = given.parse() {
        return Ok(client.service(id).await?);
    }
    let organization = context.organization()?;
    let all = client.services(organization, Some(given)).all().await?;
    let found = all.into_iter().find(|one| one.attributes.name.as_str() == given);
    found.ok_or_else(|| {
        let what = format!("organization {organization} has no service {given} that you can see");
        Failure::error(what, "See what there is: slipway service list")
    })
}

fn show(context: &Context, service: &Resource<Service>) -> anyhow::Result<()> {
    context.output.one(service, |resource| {
        let shown = &resource.attributes;
        vec![
            ("name", shown.name.to_string()),
            ("template", shown.template.to_string()),
            ("description", one_line(&shown.description, 100)),
            ("gives", given(&shown.outputs)),
            ("for", for_projects(&shown.projects)),
            ("id", resource.id.clone()),
        ]
    })
}

fn given(outputs: &BTreeMap<String, String>) -> String {
    if outputs.is_empty() {
        return "what the template says, or all outputs".to_owned();
    }
    let pairs: Vec<String> = outputs
        .iter()
        .map(|(output, name)| format!("{output} as {name}"))
        .collect();
    pairs.join(", ")
}

fn for_projects(projects: &[ProjectId]) -> String {
    if projects.is_empty() {
        return "every project".to_owned();
    }
    let ids: Vec<String> = projects.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

fn table(services: &[Resource<Service>]) -> Table {
    let mut table = Table::new(&["name", "template", "description", "created"]);
    for service in services {
        let shown = &service.attributes;
        table.row(vec![
            shown.name.to_string(),
            shown.template.to_string(),
            one_line(&shown.description, 60),
            age(shown.created_at, now()),
        ]);
    }
    table
}
