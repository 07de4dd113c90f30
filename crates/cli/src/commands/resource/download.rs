//! `slipway resource download`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use slipway_client::Client;
use slipway_tofu::archive::{Limits, unpack};

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};

#[derive(Debug, Args)]
pub(crate) struct DownloadArguments {
    #[command(flatten)]
    one: super::OneResource,
    /// The directory to write it into, which must be empty or missing [default: the resource's name]
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "archive")]
    directory: Option<PathBuf>,
    /// Write one file instead, a gzipped tar
    #[arg(long, value_name = "FILE")]
    archive: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: DownloadArguments) -> anyhow::Result<Outcome> {
    let found = super::find(context, client, &arguments.one.resource).await?;
    let bytes = client.resource_code(id_of(&found)?).await?;
    if let Some(file) = arguments.archive {
        tokio::fs::write(&file, &bytes)
            .await
            .with_context(|| format!("cannot write {}", file.display()))?;
        context.output.done(&format!("wrote {}", file.display()));
        return Ok(Outcome::Success);
    }
    let directory = arguments.directory.unwrap_or_else(|| {
        let name = found.attributes.specification.name.as_str();
        context.environment.directory.join(name)
    });
    let shown = directory.display().to_string();
    if is_in_use(&directory) {
        return Err(Failure::error(
            format!("{shown} is there, and not an empty directory"),
            "Name another: slipway resource download RESOURCE --directory DIRECTORY",
        ));
    }
    let unpacking = tokio::task::spawn_blocking(move || unpack(&bytes[..], &directory, &Limits::default()));
    let unpacked = unpacking.await.context("unpacking was stopped")??;
    context
        .output
        .done(&format!("wrote {} files into {shown}", unpacked.files));
    context.output.note("  next: read its README.md");
    Ok(Outcome::Success)
}

/// Whether there is something that would be written over.
fn is_in_use(directory: &std::path::Path) -> bool {
    match std::fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => directory.exists(),
    }
}
