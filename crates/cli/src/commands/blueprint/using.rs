//! `slipway blueprint use`

use std::collections::BTreeMap;

use clap::Args;
use serde_json::Value;
use slipway_api::Name;
use slipway_api::blueprints::PartChoice;
use slipway_api::workflows::{NewWorkflow, WorkflowKind};
use slipway_client::Client;

use super::find;
use crate::commands::resource::values::pair;
use crate::commands::workflow::{self, How};
use crate::commands::{integration, project, resource};
use crate::context::{Context, id_of};
use crate::failure::Outcome;

/// How a blueprint is used.
#[derive(Debug, Args)]
pub(crate) struct UseArguments {
    /// The blueprint, by name or id
    #[arg(value_name = "BLUEPRINT")]
    blueprint: String,
    /// The project that the resources stand in [default: the default project]
    #[arg(long, value_name = "PROJECT")]
    in_project: Option<String>,
    /// With what the names of the resources begin that nobody names otherwise [default: the blueprint's name]
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,
    /// The value of a constant: name=value, as JSON where it is no text; may be given several times
    #[arg(long = "constant", value_name = "NAME=VALUE", value_parser = pair)]
    constants: Vec<(String, Value)>,
    /// The resource for an external: name=template/name, or name=id; may be given several times
    #[arg(long = "external", value_name = "NAME=RESOURCE", value_parser = words)]
    externals: Vec<(String, String)>,
    /// A value of a part: part.variable=value, as JSON where it is no text; may be given several times
    #[arg(long = "set", value_name = "PART.VARIABLE=VALUE", value_parser = of_part)]
    values: Vec<(String, String, Value)>,
    /// What the resource of a part is called: part=name; may be given several times
    #[arg(long = "part-name", value_name = "PART=NAME", value_parser = words)]
    part_names: Vec<(String, String)>,
    /// What the runs of a part sign in with: part=integration, by name or id; may be given several times
    #[arg(long = "integration", value_name = "PART=INTEGRATION", value_parser = words)]
    integrations: Vec<(String, String)>,
    #[command(flatten)]
    how: How,
}

fn words(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is given as name=…")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn of_part(text: &str) -> Result<(String, String, Value), String> {
    let (place, value) = pair(text)?;
    let (part, variable) = place
        .split_once('.')
        .ok_or("a value of a part is given as part.variable=value")?;
    Ok((part.to_owned(), variable.to_owned(), value))
}

pub(super) async fn run(context: &Context, client: &Client, arguments: UseArguments) -> anyhow::Result<Outcome> {
    let blueprint = find(context, client, &arguments.blueprint).await?;
    let project = match &arguments.in_project {
        Some(given) => Some(id_of(
            &project::find_project(client, context.organization()?, given).await?,
        )?),
        None => None,
    };
    let mut externals = BTreeMap::new();
    for (name, given) in &arguments.externals {
        externals.insert(name.clone(), id_of(&resource::find(context, client, given).await?)?);
    }
    let mut parts: BTreeMap<String, PartChoice> = BTreeMap::new();
    for (part, variable, value) in arguments.values {
        parts.entry(part).or_default().values.insert(variable, value);
    }
    for (part, name) in arguments.part_names {
        parts.entry(part).or_default().name = Some(name.parse()?);
    }
    for (part, given) in arguments.integrations {
        let id = id_of(&integration::find(context, client, &given).await?.0)?;
        parts.entry(part).or_default().integrations.push(id);
    }
    let wanted = NewWorkflow {
        blueprint: Some(id_of(&blueprint)?),
        project,
        name: arguments.name,
        constants: arguments.constants.into_iter().collect(),
        externals,
        parts,
        ..workflow::new(WorkflowKind::Create, &arguments.how)
    };
    workflow::make(context, client, wanted, &arguments.how).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_parts_are_read() {
        let read = of_part("orders.size=30").unwrap();
        assert_eq!(read, ("orders".to_owned(), "size".to_owned(), json!(30)));
        assert_eq!(
            of_part("orders.url=https://a.b/c=d").unwrap().2,
            json!("https://a.b/c=d")
        );
        assert!(of_part("size=30").is_err() && of_part("orders.size").is_err());
        assert_eq!(words("region=region/north").unwrap().1, "region/north");
    }
}
