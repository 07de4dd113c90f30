//! `slipway state push`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use md5::{Digest as _, Md5};
use serde::Deserialize;
use slipway_api::states::NewStateVersion;
use slipway_client::Client;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::prompt;

/// Store a state file as the workspace's new state
///
/// Its lineage must be the workspace's, and its serial newer than the current one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway state push terraform.tfstate
  slipway state push fixed.tfstate --force --yes
  cat terraform.tfstate | slipway state push - --yes")]
pub(crate) struct PushArguments {
    /// The file; "-" for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a state with the same serial
    #[arg(long)]
    force: bool,
    /// Say yes to everything
    #[arg(long, short)]
    yes: bool,
}

/// What every state file says about itself, an encrypted one too.
#[derive(Debug, Deserialize)]
struct StateHeader {
    serial: u64,
    lineage: String,
}

pub(super) async fn run(context: &Context, client: &Client, arguments: &PushArguments) -> anyhow::Result<Outcome> {
    let workspace = context.workspace_id(client).await?;
    let bytes = read(&context.environment.directory, &arguments.file)?;
    let new = new_version(&bytes, arguments)?;
    let question = format!(
        "Make serial {} the current state of {}?",
        new.serial,
        context.workspace_name()?
    );
    if !prompt::confirm(context, arguments.yes, &question)? {
        return Err(Failure::error("nothing was done", "The state stays as it was."));
    }
    let version = client.create_state_version(workspace, new).await?;
    context.output.done(&format!(
        "stored {} with serial {}",
        version.id, version.attributes.serial
    ));
    if context.output.is_json() {
        context.output.json(&version)?;
    }
    Ok(Outcome::Success)
}

fn read(directory: &Path, file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read stdin")?;
        return Ok(bytes);
    }
    std::fs::read(directory.join(file)).with_context(|| format!("cannot read {}", file.display()))
}

fn new_version(bytes: &[u8], arguments: &PushArguments) -> anyhow::Result<NewStateVersion> {
    let header: StateHeader = serde_json::from_slice(bytes).map_err(|error| {
        let what = format!("{} is not a state: {error}", arguments.file.display());
        Failure::error(what, "Give a file as tofu or slipway state pull writes it.")
    })?;
    let md5 = hex::encode(Md5::digest(bytes));
    let state = STANDARD.encode(bytes);
    Ok(NewStateVersion {
        serial: header.serial,
        lineage: Some(header.lineage),
        md5,
        state,
        force: arguments.force,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments() -> PushArguments {
        PushArguments {
            file: PathBuf::from("x.tfstate"),
            force: false,
            yes: true,
        }
    }

    #[test]
    fn what_is_sent_agrees_with_the_file() {
        let bytes = br#"{"version":4,"serial":7,"lineage":"a-b","resources":[]}"#;
        let new = new_version(bytes, &arguments()).unwrap();
        assert_eq!((new.serial, new.lineage.as_deref()), (7, Some("a-b")));
        assert_eq!(new.md5, "fe0d018d666c09c21c27ce5b28637fa2");
        assert_eq!(STANDARD.decode(new.state).unwrap(), bytes);
    }

    #[test]
    fn a_file_that_is_no_state_is_refused_before_it_is_sent() {
        for bytes in [b"garbage".as_slice(), b"{}", b"\x00\xff"] {
            assert!(
                new_version(bytes, &arguments())
                    .unwrap_err()
                    .to_string()
                    .contains("x.tfstate is not a state")
            );
        }
    }
}
