//! `slipway state list`

use clap::Args;
use slipway_api::Resource;
use slipway_api::states::StateVersion;
use slipway_client::Client;

use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, age};

/// List the versions of the workspace's state, newest first
///
/// For the resources in the current state see `slipway state show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state list
  slipway state list --limit 100 -o json")]
pub(crate) struct ListArguments {
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &ListArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let versions = client.state_versions(workspace).up_to(arguments.limit).await?;
    context
        .output
        .rows(&versions, "No state yet; slipway apply makes one.", table)?;
    Ok(Outcome::Success)
}

fn table(versions: &[Resource<StateVersion>]) -> Table {
    let mut table = Table::new(&["version", "serial", "resources", "bytes", "age", "note"])
        .numeric(1)
        .numeric(2)
        .numeric(3);
    for resource in versions {
        let version = &resource.attributes;
        let note = match (version.encrypted, version.intermediate) {
            (true, _) => "encrypted by the configuration",
            (false, true) => "from the middle of an apply",
            (false, false) => "",
        };
        table.row(vec![
            resource.id.clone(),
            version.serial.to_string(),
            version.resource_count.to_string(),
            version.size.to_string(),
            age(version.created_at, now()),
            note.to_owned(),
        ]);
    }
    table
}
