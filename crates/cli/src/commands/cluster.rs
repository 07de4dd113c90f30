//! `slipway cluster`: what builds and runs apps.

use clap::Subcommand;
use slipway_api::Resource;
use slipway_api::pools::{Cluster, ClusterDriver, ClusterStatus};

use crate::context::Context;
use crate::environment::now;
use crate::failure::Outcome;
use crate::output::{Table, Tone, age, one_line};

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// List the clusters, and whether they can be used
    #[command(after_help = "Examples:\n  slipway cluster list\n  slipway cluster list --output json")]
    List,
}

pub(super) async fn run(context: &Context, command: ClusterCommand) -> anyhow::Result<Outcome> {
    let ClusterCommand::List = command;
    let clusters = context.client()?.clusters(context.organization()?).all().await?;
    let nothing = "No clusters: the server has found no Docker Engine.";
    context.output.rows(&clusters, nothing, table)?;
    Ok(Outcome::Success)
}

fn table(clusters: &[Resource<Cluster>]) -> Table {
    let mut table = Table::new(&["name", "driver", "status", "looked at", "what it says"]);
    for resource in clusters {
        let cluster = &resource.attributes;
        let driver = match cluster.driver {
            ClusterDriver::Docker => "docker",
        };
        let (status, tone) = match cluster.status {
            ClusterStatus::Unknown => ("unknown", Tone::Quiet),
            ClusterStatus::Ready => ("ready", Tone::Good),
            ClusterStatus::Unreachable => ("unreachable", Tone::Bad),
        };
        table.toned_row(vec![
            (cluster.name.to_string(), None),
            (driver.to_owned(), None),
            (status.to_owned(), Some(tone)),
            (
                cluster.checked_at.map(|at| age(at, now())).unwrap_or_default(),
                Some(Tone::Quiet),
            ),
            (one_line(&cluster.reason, 100), None),
        ]);
    }
    table
}
