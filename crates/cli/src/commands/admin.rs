//! `slipway admin`: what works on the server's own machine, with its data directory instead of a token.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use slipway_api::Name;

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
    pub(crate) config: Option<PathBuf>,
    /// The server's data directory
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The server's database
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
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
    pub(crate) place: PlaceArguments,
    /// The administrator's user name
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub(crate) user: Name,
    /// What it is used for
    #[arg(long, value_name = "TEXT", default_value = "made on the server's machine")]
    pub(crate) description: String,
}

/// Write everything into a file: database and blobs, verified by digest
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin backup --data-dir /var/lib/slipway --to slipway-2026-11-20.backup
  slipway admin backup --config /etc/slipway/server.toml --to slipway.backup")]
pub(crate) struct BackupArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

/// Bring everything back from a file into an empty data directory and database
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway admin restore --data-dir /var/lib/slipway --from slipway-2026-11-20.backup")]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// The file to read
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
}

/// Does it.
pub(super) fn run(_command: AdminCommand, _environment: &Environment, _output: &Output) -> anyhow::Result<Outcome> {
    Err(Failure::error("this build has no server", "Build the whole project."))
}
