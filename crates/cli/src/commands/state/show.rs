//! `slipway state show`

use clap::Args;
use slipway_api::Resource;
use slipway_api::states::StateVersion;
use slipway_client::Client;

use super::{VersionReference, find_version};
use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age, fields};

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
    ]
}
