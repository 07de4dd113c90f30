//! `slipway admin`: what works on the server's own machine, with its data directory instead of a token.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::{Args, Subcommand};
use slipway_api::Name;
use slipway_server::admin::{self, Summary};
use slipway_server::configuration::Flag;
use slipway_server::settings::Settings;

use super::admin_keys::{self, KeysCommand};
use super::server;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::output::{Output, Progress};

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Tokens of site administrators
    #[command(subcommand)]
    Token(AdminTokenCommand),
    SetUpLink(SetUpLinkArguments),
    /// Keys that secrets are sealed with
    #[command(subcommand)]
    Keys(KeysCommand),
    Backup(BackupArguments),
    Restore(RestoreArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminTokenCommand {
    Create(CreateTokenArguments),
}

/// Where the server's data is.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// The server's configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The server's data directory
    #[arg(long, value_name = "DIRECTORY")]
    data_dir: Option<PathBuf>,
    /// The server's database
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// Make a site administrator's token, for the first sign-in and for recovery; it is printed once, on stdout
///
/// The user is created when missing. Recorded as an event. Works while the server runs, and while it does not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin token create --data-dir ./data
  slipway admin token create --data-dir /var/lib/slipway --user ada --description recovery > token.txt")]
pub(crate) struct CreateTokenArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The administrator's user name
    #[arg(long, value_name = "NAME", default_value = "admin")]
    user: Name,
    /// What it is used for
    #[arg(long, value_name = "TEXT", default_value = "made on the server's machine")]
    description: String,
}

/// Print a link that makes a site administrator with a password; it works once, for a day
///
/// A server that nobody has an account on prints one itself when it starts. Recorded as an event. The address begins with
/// the server's `public_url`, or with where it listens.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin set-up-link --data-dir ./data
  slipway admin set-up-link --config /etc/slipway/server.toml")]
pub(crate) struct SetUpLinkArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// Where the server listens, when it is not where the configuration says
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

/// Write everything into one file, of one moment, with digests: database, configurations, states, plans, logs
///
/// Works while the server runs. The master key is not in the file: keep a copy of it apart, nothing opens without it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin backup --data-dir /var/lib/slipway --to slipway-2026-11-20.backup
  slipway admin backup --config /etc/slipway/server.toml --to slipway.backup
  slipway admin backup --data-dir ./data --to everything.backup --include-master-key")]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Put the master key into the file too; whoever has the file can then read every secret
    #[arg(long)]
    include_master_key: bool,
}

/// Bring everything back from a file into an empty database and an empty object store
///
/// The database may be of another kind than the backup's: this is how SQLite is outgrown. The whole file is verified
/// before anything is written. The master key of the backup must be in its place, unless it is in the file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin restore --data-dir /var/lib/slipway --from slipway-2026-11-20.backup
  slipway admin restore --data-dir ./data --database-url postgres://slipway@db/slipway --from slipway.backup")]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The file to read
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

impl PlaceArguments {
    pub(super) fn settings(&self, environment: &Environment, listen: Option<String>) -> anyhow::Result<Settings> {
        let data_dir = self.data_dir.as_ref().map(|path| path.display().to_string());
        let given = [
            ("server.data_dir", data_dir),
            ("database.url", self.database_url.clone()),
            ("server.listen", listen),
        ];
        let flags: Vec<Flag> = given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        server::load(self.config.as_deref(), environment, &flags)
    }
}

/// Does it.
pub(super) fn run(
    command: &AdminCommand,
    organization: Option<&Name>,
    environment: &Environment,
    output: &Output,
) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        AdminCommand::Token(AdminTokenCommand::Create(arguments)) => {
            let settings = arguments.place.settings(environment, None)?;
            let (user, description) = (arguments.user.as_str(), arguments.description.as_str());
            let text = runtime.block_on(admin::create_token(settings, user, description))?;
            output.done(&format!(
                "made a token of the site administrator {user}; it is shown only now:"
            ));
            output.line(&text)?;
            Ok(Outcome::Success)
        }
        AdminCommand::SetUpLink(arguments) => {
            let settings = arguments.place.settings(environment, arguments.listen.clone())?;
            let url = runtime.block_on(admin::set_up_link(settings))?;
            output.done("made a link for a site administrator; it works once, until tomorrow:");
            output.line(&url)?;
            Ok(Outcome::Success)
        }
        AdminCommand::Keys(command) => runtime.block_on(admin_keys::run(command, organization, environment, output)),
        AdminCommand::Backup(arguments) => runtime.block_on(backup(arguments, environment, output)),
        AdminCommand::Restore(arguments) => runtime.block_on(restore(arguments, environment, output)),
    }
}

async fn backup(arguments: &BackupArguments, environment: &Environment, output: &Output) -> anyhow::Result<Outcome> {
    let settings = arguments.place.settings(environment, None)?;
    let key_file = admin::master_key_file(&settings);
    let to = environment.directory.join(&arguments.to);
    let with_key = arguments.include_master_key;
    let summary = {
        let progress = Mutex::new(Progress::new(output));
        admin::backup(settings, &to, with_key, &|what, count| {
            say(&progress, output, what, count)
        })
        .await?
    };
    output.done(&format!("wrote {}: {}", arguments.to.display(), contents(&summary)));
    if with_key {
        output.warn("the master key is in the file: whoever has it can read every secret; keep it as you keep the key");
    } else {
        output.warn(&format!(
            "the master key is not in it: keep a copy of {} (fingerprint {}) apart from the backup; without it nothing \
             in the backup opens",
            key_file.display(),
            summary.master_key
        ));
    }
    print(&arguments.to, &summary, output)
}

async fn restore(arguments: &RestoreArguments, environment: &Environment, output: &Output) -> anyhow::Result<Outcome> {
    let settings = arguments.place.settings(environment, None)?;
    let from = environment.directory.join(&arguments.from);
    let summary = {
        let progress = Mutex::new(Progress::new(output));
        admin::restore(settings, &from, &|what, count| say(&progress, output, what, count)).await?
    };
    let (file, contents) = (arguments.from.display(), contents(&summary));
    output.done(&format!(
        "restored {file}, verified by its digests: {contents}; start `slipway server` on it"
    ));
    print(&arguments.from, &summary, output)
}

/// Counts on a terminal, where they replace each other; elsewhere what is done is enough.
fn say(progress: &Mutex<Progress<'_>>, output: &Output, what: &str, count: u64) {
    let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
    if output.animated {
        progress.say(&format!("{what}: {count}"));
    } else {
        progress.say(what);
    }
}

fn contents(summary: &Summary) -> String {
    let Summary {
        rows,
        tables,
        objects,
        object_bytes,
        ..
    } = summary;
    format!("{rows} rows in {tables} tables, {objects} objects with {object_bytes} bytes")
}

/// For programs.
fn print(file: &Path, summary: &Summary, output: &Output) -> anyhow::Result<Outcome> {
    if output.is_json() {
        output.json(&serde_json::json!({
            "file": file,
            "tables": summary.tables,
            "rows": summary.rows,
            "objects": summary.objects,
            "object-bytes": summary.object_bytes,
            "master-key-fingerprint": summary.master_key,
            "has-master-key": summary.has_master_key,
        }))?;
    }
    Ok(Outcome::Success)
}
