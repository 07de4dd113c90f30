//! `slipway ssh-key`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use slipway_api::ssh_keys::{NewSshKey, SshKey, SshKeyChanges};
use slipway_api::{Name, Resource};
use slipway_client::Client;

use crate::context::{Context, id_of};
use crate::failure::{Failure, Outcome};
use crate::output::Table;
use crate::prompt;

#[derive(Debug, Subcommand)]
pub(crate) enum SshKeyCommand {
    /// List the organization's SSH keys
    #[command(after_help = "Examples:\n  slipway ssh-key list")]
    List,
    /// Keep a private key that opens repositories of modules
    #[command(after_help = "\
Examples:
  slipway ssh-key create modules ~/.ssh/id_modules
  slipway ssh-key create modules <id_modules")]
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        name: Name,
        /// The file with the private key, without a passphrase [default: stdin]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Change an SSH key's name, or exchange the private key
    #[command(after_help = "\
Examples:
  slipway ssh-key update modules --file ~/.ssh/id_new
  slipway ssh-key update modules --name old-modules")]
    Update {
        /// The SSH key, by name or id
        #[arg(value_name = "KEY")]
        key: String,
        /// A new name
        #[arg(long, value_name = "NAME")]
        name: Option<Name>,
        /// The file with another private key
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Give an SSH key to the runs of the workspace: their `init` opens private modules with it
    ///
    /// A run gets one key. It is shown to hosts whose key is pinned: the large forges, and the servers of integrations that
    /// the workspace is given.
    #[command(after_help = "\
Examples:
  slipway ssh-key assign modules --workspace shop
  slipway ssh-key assign modules")]
    Assign {
        /// The SSH key, by name or id
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Take the SSH key from the runs of the workspace
    #[command(after_help = "Examples:\n  slipway ssh-key unassign --workspace shop")]
    Unassign,
    /// Delete an SSH key that nothing uses
    #[command(after_help = "Examples:\n  slipway ssh-key delete modules --yes")]
    Delete {
        /// The SSH key, by name or id
        #[arg(value_name = "KEY")]
        key: String,
        /// Say yes to everything
        #[arg(long, short)]
        yes: bool,
    },
}

pub(super) async fn run(context: &Context, command: SshKeyCommand) -> anyhow::Result<Outcome> {
    let client = &context.client()?;
    match command {
        SshKeyCommand::List => context.output.rows(
            &client.ssh_keys(context.organization()?).all().await?,
            "No SSH keys. Keep one: slipway ssh-key create NAME FILE",
            table,
        )?,
        SshKeyCommand::Create { name, file } => {
            let value = match file {
                Some(file) => read(&file)?,
                None => prompt::value_from_stdin()?,
            };
            let made = client
                .create_ssh_key(context.organization()?, NewSshKey { name, value })
                .await?;
            show(context, &made)?;
        }
        SshKeyCommand::Update { key, name, file } => {
            let found = find(context, client, &key).await?;
            let changes = SshKeyChanges {
                name,
                value: file.as_ref().map(read).transpose()?,
            };
            show(context, &client.update_ssh_key(id_of(&found)?, changes).await?)?;
        }
        SshKeyCommand::Assign { key } => {
            let found = find(context, client, &key).await?;
            let workspace = context.workspace_id(client).await?;
            client.choose_workspace_ssh_key(workspace, Some(id_of(&found)?)).await?;
            let name = &found.attributes.name;
            context
                .output
                .done(&format!("runs of the workspace get the SSH key {name} now"));
        }
        SshKeyCommand::Unassign => {
            let workspace = context.workspace_id(client).await?;
            client.choose_workspace_ssh_key(workspace, None).await?;
            context.output.done("runs of the workspace get no SSH key any more");
        }
        SshKeyCommand::Delete { key, yes } => {
            let found = find(context, client, &key).await?;
            let name = &found.attributes.name;
            if !prompt::confirm(context, yes, &format!("Delete the SSH key {name}?"))? {
                return Err(Failure::error("nothing was deleted", "The SSH key stays."));
            }
            client.delete_ssh_key(id_of(&found)?).await?;
            context.output.done(&format!("deleted the SSH key {name}"));
        }
    }
    Ok(Outcome::Success)
}

fn read(path: &PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

async fn find(context: &Context, client: &Client, given: &str) -> anyhow::Result<Resource<SshKey>> {
    let all = client.ssh_keys(context.organization()?).all().await?;
    let is_it = |key: &Resource<SshKey>| key.id == given || key.attributes.name.as_str() == given;
    all.into_iter().find(is_it).ok_or_else(|| {
        Failure::error(
            format!("there is no SSH key {given}"),
            "See which there are: slipway ssh-key list",
        )
    })
}

fn table(keys: &[Resource<SshKey>]) -> Table {
    let mut table = Table::new(&["name", "id", "algorithm", "fingerprint"]);
    for key in keys {
        table.row(vec![
            key.attributes.name.to_string(),
            key.id.clone(),
            key.attributes.algorithm.clone(),
            key.attributes.fingerprint.clone(),
        ]);
    }
    table
}

fn show(context: &Context, key: &Resource<SshKey>) -> anyhow::Result<()> {
    context.output.one(key, |key| {
        vec![
            ("Name", key.attributes.name.to_string()),
            ("Id", key.id.clone()),
            ("Algorithm", key.attributes.algorithm.clone()),
            ("Fingerprint", key.attributes.fingerprint.clone()),
        ]
    })
}
