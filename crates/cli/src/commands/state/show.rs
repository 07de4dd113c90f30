//! `slipway state show`

use clap::Args;
use slipway_api::Resource;
use slipway_api::states::StateVersion;
use slipway_client::Client;

use super::{VersionReference, find_version};
use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age, count, fields};

/// Show the resources in the current state, or in an older version
///
/// For the list of versions see `slipway state list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state show
  slipway state show --version 12")]
pub(crate) struct ShowArguments {
    /// The version: its serial number or id [default: the current one]
    #[arg(long, value_name = "VERSION")]
    version: Option<VersionReference>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ShowArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let version = find_version(client, workspace, arguments.version).await?;
    let output = &context.output;
    if output.is_json() {
        output.json(&version)?;
        return Ok(Outcome::Success);
    }
    output.data(&format!("{}\n\n", fields(&pairs(&version), &output.data_style)))?;
    let mut table = Table::new(&["resource", "instances", "provider"]).numeric(1);
    for resource in &version.attributes.resources {
        table.row(vec![
            resource.address.clone(),
            resource.count.to_string(),
            resource.provider.clone(),
        ]);
    }
    let nothing = if version.attributes.encrypted {
        "The configuration encrypts this state; its content cannot be shown."
    } else {
        "No resources."
    };
    output.table(table, nothing)?;
    Ok(Outcome::Success)
}

fn pairs(resource: &Resource<StateVersion>) -> Vec<(&'static str, String)> {
    let version = &resource.attributes;
    vec![
        ("Version", resource.id.clone()),
        ("Serial", version.serial.to_string()),
        ("Lineage", version.lineage.clone()),
        ("Age", age(version.created_at, now())),
        ("Written by", version.terraform_version.clone().unwrap_or_default()),
        (
            "Resources",
            if version.encrypted {
                String::new()
            } else {
                counts(version)
            },
        ),
    ]
}

/// How much there is, as OpenTofu counts it: data sources are in the state and are no resources.
fn counts(version: &StateVersion) -> String {
    let data = version.resources.iter().filter(|resource| is_data(&resource.address));
    match data.map(|resource| u64::from(resource.count)).sum() {
        0 => version.resource_count.to_string(),
        sources => format!("{}, and {}", version.resource_count, count(sources, "data source")),
    }
}

/// Whether an address is a data source's, in whatever module: `module.a.data.http.page`.
fn is_data(address: &str) -> bool {
    let mut rest = address;
    while let Some(inside) = rest.strip_prefix("module.") {
        rest = inside.split_once('.').map_or("", |(_, below)| below);
    }
    rest.starts_with("data.")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("data.http.page", true)]
    #[case("module.a.module.data.data.http.page", true)]
    #[case("module.data.random_pet.name", false)]
    #[case("random_pet.data", false)]
    fn a_data_source_is_known_by_its_address(#[case] address: &str, #[case] expected: bool) {
        assert_eq!(is_data(address), expected);
    }
}
