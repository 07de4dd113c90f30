//! `slipway admin keys`: data keys and the master key, on the server's own machine.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use slipway_api::Name;
use slipway_server::admin_keys::{self, Exchanged, KeyStatus, Keys, RotationState};

use super::admin::PlaceArguments;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::output::{Output, Table};

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    List(ListArguments),
    Status(StatusArguments),
    RotateData(RotateDataArguments),
    CreateMaster(CreateMasterArguments),
    RotateMaster(RotateMasterArguments),
}

/// List the keys that secrets are sealed with; never the keys themselves
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway admin keys list --data-dir /var/lib/slipway")]
pub(crate) struct ListArguments {
    #[command(flatten)]
    place: PlaceArguments,
}

/// Show how far rotations are
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway admin keys status --config /etc/slipway/server.toml")]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    place: PlaceArguments,
}

/// Give organizations, and the site, new data keys; everything that the old ones sealed is sealed again
///
/// New secrets are sealed with the new key at once. The servers that run do the rest in the background, a piece at a time, and
/// may be stopped at any moment. Old keys are removed a day after nothing needs them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin keys rotate-data --config /etc/slipway/server.toml
  slipway admin keys rotate-data --data-dir ./data --organization acme
  slipway admin keys rotate-data --data-dir ./data --wait")]
pub(crate) struct RotateDataArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// Help, and wait until everything is sealed again
    #[arg(long)]
    wait: bool,
}

/// Make a new master key in a new file, for rotate-master
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  slipway admin keys create-master /var/lib/slipway/master.key.next")]
pub(crate) struct CreateMasterArguments {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

/// Exchange the master key: wrap all data keys by a new one, at once
///
/// Servers that run follow, if they find the new key: beside the old one, in a file of the same name with .next after it.
/// Backups from before need the old key.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin keys rotate-master --data-dir /var/lib/slipway --new-key-file /root/new.key
  slipway admin keys rotate-master --config /etc/slipway/server.toml --to-transit")]
pub(crate) struct RotateMasterArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The file with the new key, as create-master makes it
    #[arg(long, value_name = "FILE", required_unless_present = "to_transit")]
    new_key_file: Option<PathBuf>,
    /// Make a new key that the transit engine of the configuration wraps
    #[arg(long, conflicts_with = "new_key_file")]
    to_transit: bool,
}

pub(super) async fn run(
    command: &KeysCommand,
    organization: Option<&Name>,
    environment: &Environment,
    output: &Output,
) -> anyhow::Result<Outcome> {
    match command {
        KeysCommand::List(arguments) => {
            let keys = admin_keys::list(arguments.place.settings(environment, None)?).await?;
            list(&keys, output)?;
        }
        KeysCommand::Status(arguments) => {
            let keys = admin_keys::list(arguments.place.settings(environment, None)?).await?;
            status(&keys, output)?;
        }
        KeysCommand::RotateData(arguments) => {
            let settings = arguments.place.settings(environment, None)?;
            let begun = admin_keys::rotate_data(settings, organization, arguments.wait).await?;
            let names = begun.join(", ");
            output.done(&if arguments.wait {
                format!("everything is sealed with new data keys: {names}")
            } else {
                format!("new data keys seal for: {names}; what the old ones sealed is sealed again in the background")
            });
        }
        KeysCommand::CreateMaster(arguments) => {
            let fingerprint = admin_keys::create_master(&environment.directory.join(&arguments.to))?;
            let file = arguments.to.display();
            output.done(&format!(
                "made a master key in {file} (fingerprint {fingerprint}); it is used by nothing yet"
            ));
        }
        KeysCommand::RotateMaster(arguments) => {
            let settings = arguments.place.settings(environment, None)?;
            let exchanged = match &arguments.new_key_file {
                Some(file) => admin_keys::rotate_master(settings, &environment.directory.join(file)).await?,
                None => admin_keys::rotate_master_to_transit(settings).await?,
            };
            exchanged_master(&exchanged, output)?;
        }
    }
    Ok(Outcome::Success)
}

fn list(keys: &Keys, output: &Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(&json(keys));
    }
    output.note(&format!(
        "Master key: {} (fingerprint {})",
        keys.source, keys.master_key
    ));
    let mut table = Table::new(&["scope", "versions", "newest from", "master key"]);
    for (name, key) in &keys.data_keys {
        let versions: Vec<String> = key.versions.iter().map(ToString::to_string).collect();
        table.row(vec![
            name.clone(),
            versions.join(", "),
            key.newest_created_at.to_string(),
            key.master_key.clone(),
        ]);
    }
    Ok(output.table(table, "No keys.")?)
}

fn status(keys: &Keys, output: &Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(&json(keys));
    }
    let mut table = Table::new(&["scope", "to version", "state", "sealed again", "at", "since"]);
    for (name, key) in &keys.data_keys {
        let Some(rotation) = &key.rotation else { continue };
        table.row(vec![
            name.clone(),
            rotation.version.to_string(),
            word(rotation.state).to_owned(),
            rotation.resealed.to_string(),
            rotation.place.clone(),
            rotation.started_at.to_string(),
        ]);
    }
    Ok(output.table(table, "No data key was ever rotated.")?)
}

fn word(state: RotationState) -> &'static str {
    match state {
        RotationState::Resealing => "sealing again",
        RotationState::Waiting => "sealed; old versions are kept for a day",
        RotationState::Checking => "a last look before old versions go",
        RotationState::Done => "done",
    }
}

fn json(keys: &Keys) -> serde_json::Value {
    let key = |(name, key): &(String, KeyStatus)| {
        let rotation = key.rotation.as_ref().map(|rotation| {
            serde_json::json!({
                "version": rotation.version,
                "state": format!("{:?}", rotation.state).to_lowercase(),
                "resealed": rotation.resealed,
                "place": rotation.place,
                "started-at": rotation.started_at,
                "changed-at": rotation.changed_at,
            })
        });
        serde_json::json!({
            "name": name, "scope": key.scope, "versions": key.versions, "newest-created-at": key.newest_created_at,
            "master-key-fingerprint": key.master_key, "rotation": rotation,
        })
    };
    serde_json::json!({
        "master-key-source": keys.source,
        "master-key-fingerprint": keys.master_key,
        "data-keys": keys.data_keys.iter().map(key).collect::<Vec<_>>(),
    })
}

fn exchanged_master(exchanged: &Exchanged, output: &Output) -> anyhow::Result<()> {
    let Exchanged {
        from,
        to,
        data_keys,
        kept,
        installed,
    } = exchanged;
    output.done(&format!(
        "the master key is now the one with the fingerprint {to}; {data_keys} data keys are wrapped by it, and by {from} no more"
    ));
    let shown = |path: &Option<PathBuf>| path.as_deref().map(Path::display).map(|path| path.to_string());
    match (shown(installed), shown(kept)) {
        (Some(installed), Some(kept)) => output.note(&format!(
            "It is in {installed}. The one before is kept in {kept}: backups from before need it. Put the new key onto every \
             other server; until then it goes on with what it has in memory."
        )),
        _ => output.note("Let every server take the new key from now on, by its configuration, and start it again."),
    }
    if output.is_json() {
        output.json(&serde_json::json!({
            "from": from, "to": to, "data-keys": data_keys, "installed": installed, "kept": kept,
        }))?;
    }
    Ok(())
}
