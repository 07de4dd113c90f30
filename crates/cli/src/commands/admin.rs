//! `slipway admin`: what works on the server's own machine, with its data directory instead of a token.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slipway_api::Name;
use slipway_server::settings::Settings;
use slipway_server::configuration::Flag;

use super::server;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Tokens of site administrators
    #[command(subcommand)]
    Token(AdminTokenCommand),
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

/// Write everything into a file: database and blobs, verified by digest
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin backup --data-dir /var/lib/slipway --to slipway-2026-11-20.backup
  slipway admin backup --config /etc/slipway/server.toml --to slipway.backup")]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Bring everything back from a file into an empty data directory and database
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin restore --data-dir /var/lib/slipway --from slipway-2026-11-20.backup")]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// The file to read
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

impl PlaceArguments {
    fn settings(&self, environment: &Environment) -> anyhow::Result<Settings> {
        let data_dir = self.data_dir.as_ref().map(|path| path.display().to_string());
        let given = [
            ("server.data_dir", data_dir),
            ("database.url", self.database_url.clone()),
        ];
        let flags: Vec<Flag> = given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        server::load(self.config.as_deref(), environment, &flags)
    }
}

/// Does it.
pub(super) fn run(command: &AdminCommand, environment: &Environment, output: &Output) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        AdminCommand::Token(AdminTokenCommand::Create(arguments)) => {
            let settings = arguments.place.settings(environment)?;
            let (user, description) = (arguments.user.as_str(), arguments.description.as_str());
            let text = runtime.block_on(slipway_server::admin::create_token(settings, user, description))?;
            output.done(&format!(
                "made a token of the site administrator {user}; it is shown only now:"
            ));
            output.line(&text)?;
            Ok(Outcome::Success)
        }
        AdminCommand::Backup(_) | AdminCommand::Restore(_) => Err(Failure::error(
            "this build cannot back up yet",
            "Copy the data directory while no server runs.",
        )),
    }
}
