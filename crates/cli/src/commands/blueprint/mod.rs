//! `slipway blueprint`

mod file;
mod using;

use std::path::PathBuf;

use clap::Subcommand;
use slipway_api::blueprints::{Blueprint, BlueprintChanges, BlueprintPart, BlueprintWire};
use slipway_api::ids::BlueprintId;
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::{Table, one_line};
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum BlueprintCommand {
    /// List the organization's blueprints
    #[command(after_help = "\
Examples:
  slipway blueprint list
  slipway blueprint list --search shop")]
    List {
        /// Only with this in the name, the description or a label
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Only with this label
        #[arg(long, value_name = "LABEL")]
        label: Option<String>,
    },
    /// Show a blueprint: what it asks, what it makes, and what is wired to what
    #[command(after_help = "Examples:\n  slipway blueprint show shop")]
    Show {
        /// The blueprint, by name or id
        #[arg(value_name = "BLUEPRINT")]
        blueprint: String,
    },
    /// Create a blueprint that a file describes: YAML, TOML or JSON
    #[command(after_help = "Examples:\n  slipway blueprint create -f shop.yaml")]
    Create {
        /// The file
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
    },
    /// Make a blueprint as a file describes it; what was made by it stays as it is
    #[command(after_help = "\
Examples:
  slipway blueprint update shop -f shop.yaml")]
    Update {
        /// The blueprint, by name or id
        #[arg(value_name = "BLUEPRINT")]
        blueprint: String,
        /// The file
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
    },
    /// Delete a blueprint; what was made by it stays
    #[command(after_help = "Examples:\n  slipway blueprint delete shop --yes")]
    Delete {
        /// The blueprint, by name or id
        #[arg(value_name = "BLUEPRINT")]
        blueprint: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
    /// Make the resources of a blueprint, each when what it stands on is there
    #[command(after_help = "\
Examples:
  slipway blueprint use shop --constant zone=a --external region=region/north
  slipway blueprint use shop --name side --constant zone=b --external region=region/north --start --wait
  slipway blueprint use shop --external region=region/north --set orders.size=30 --part-name orders=main-store")]
    Use(using::UseArguments),
}

pub(super) async fn run(context: &Context, command: BlueprintCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        BlueprintCommand::List { search, label } => {
            let listing = client.blueprints(context.organization()?, search.as_deref(), label.as_deref());
            let nothing = "No blueprints. Describe one in a file: slipway blueprint create -f FILE";
            context.output.rows(&listing.all().await?, nothing, table)?;
        }
        BlueprintCommand::Show { blueprint } => show(context, &find(context, client, &blueprint).await?)?,
        BlueprintCommand::Create { file } => {
            let wanted = file::read(&file)?;
            show(
                context,
                &client.create_blueprint(context.organization()?, wanted).await?,
            )?;
        }
        BlueprintCommand::Update { blueprint, file } => {
            let id = id_of(&find(context, client, &blueprint).await?)?;
            let wanted = file::read(&file)?;
            let (_, tag) = client.blueprint(id).await?;
            let changes = BlueprintChanges {
                name: Some(wanted.name),
                description: Some(wanted.description),
                labels: Some(wanted.labels),
                constants: Some(wanted.constants),
                externals: Some(wanted.externals),
                parts: Some(wanted.parts),
                wires: Some(wanted.wires),
            };
            show(context, &client.update_blueprint(id, changes, &tag).await?)?;
        }
        BlueprintCommand::Delete { blueprint, yes } => {
            let found = find(context, client, &blueprint).await?;
            let name = &found.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the blueprint {name}?"))? {
                return Err(Failure::error("nothing was deleted", "The blueprint stays."));
            }
            client.delete_blueprint(id_of(&found)?).await?;
            context
                .output
                .done(&format!("deleted the blueprint {name}; what was made by it stays"));
        }
        BlueprintCommand::Use(arguments) => return using::run(context, client, arguments).await,
    }
    Ok(Outcome::Success)
}

/// The blueprint of this id or name.
async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<Blueprint>> {
    if let Ok(id) = given.parse::<BlueprintId>() {
        return Ok(client.blueprint(id).await?.0);
    }
    let organization: &Name = context.organization()?;
    let all = client.blueprints(organization, Some(given), None).all().await?;
    let is_it = |blueprint: &Resource<Blueprint>| blueprint.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        let next = "See which there are: slipway blueprint list";
        Failure::error(format!("there is no blueprint {given}"), next)
    })
}

fn table(blueprints: &[Resource<Blueprint>]) -> Table {
    let mut table = Table::new(&["name", "makes", "asks for", "id", "description"]);
    for resource in blueprints {
        let shown = &resource.attributes;
        let asked = shown.constants.iter().map(|one| one.name.as_str());
        let asked: Vec<&str> = asked
            .chain(shown.externals.iter().map(|one| one.name.as_str()))
            .collect();
        table.row(vec![
            shown.name.to_string(),
            format!("{} resources", shown.parts.len()),
            asked.join(", "),
            resource.id.clone(),
            one_line(&shown.description, 40),
        ]);
    }
    table
}

fn show(context: &Context, blueprint: &Resource<Blueprint>) -> anyhow::Result<()> {
    context.output.one(blueprint, |resource| {
        let shown = &resource.attributes;
        let lines = |all: Vec<String>| all.join("\n");
        let constants = shown.constants.iter().map(|one| {
            let default = one
                .default
                .as_ref()
                .map(|value| format!(" [{value}]"))
                .unwrap_or_default();
            described(format!("{}{default}", one.name), &one.description)
        });
        let externals = shown.externals.iter();
        let externals = externals.map(|one| described(format!("{}: a {}", one.name, one.template), &one.description));
        vec![
            ("Name", shown.name.to_string()),
            ("Id", resource.id.clone()),
            ("Description", shown.description.clone()),
            ("Constants", lines(constants.collect())),
            ("Externals", lines(externals.collect())),
            ("Parts", lines(shown.parts.iter().map(part).collect())),
            ("Wires", lines(shown.wires.iter().map(wire).collect())),
            ("Labels", shown.labels.join(", ")),
            ("Revision", shown.revision.to_string()),
        ]
    })
}

fn described(what: String, description: &str) -> String {
    match description.trim() {
        "" => what,
        text => format!("{what}  {}", one_line(text, 60)),
    }
}

fn part(part: &BlueprintPart) -> String {
    let on = match part.stands_on.is_empty() {
        true => String::new(),
        false => format!(" on {}", part.stands_on.join(", ")),
    };
    let values: Vec<String> = part
        .values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let values = match values.is_empty() {
        true => String::new(),
        false => format!("  {}", values.join(" ")),
    };
    format!("{}: a {}{on}{values}", part.name, part.template)
}

fn wire(wire: &BlueprintWire) -> String {
    let from = &wire.from;
    let name = from.part.as_ref().or(from.external.as_ref());
    let source = match (name, &from.output, &from.constant) {
        (Some(name), Some(output), _) => format!("{name}.{output}"),
        (_, _, Some(constant)) => constant.clone(),
        _ => String::new(),
    };
    format!("{source} → {}.{}", wire.to.part, wire.to.variable)
}
