//! `slipway server`: serve. The flags are the strongest source of the server's configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::output::Output;

/// Serve the API, with an embedded runner unless told otherwise
///
/// Settings come from these flags, then from SLIPWAY_* variables, then from the configuration file. SIGTERM ends it
/// gracefully; runs go on and report to the next server.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway server --data-dir ./data --listen 127.0.0.1:8080
  slipway server --config /etc/slipway/server.toml
  slipway server --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --public-url https://slipway.example.com
  slipway server --database-url postgres://slipway@db/slipway --no-embedded-runner
  slipway server --print-config")]
pub(crate) struct ServerArguments {
    /// The configuration file, TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept that is not in a database or an object store of your own
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// The address that users reach the server at
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<Url>,
    /// Certificate chain, PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://…; a password belongs in the configuration's file for it
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// A directory with engines, each in a folder named after its version
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) engine_dir: Option<PathBuf>,
    /// A directory with providers, in the layout of a filesystem mirror
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) provider_mirror: Option<PathBuf>,
    /// Start the embedded runner even where this machine cannot keep runs apart from its files
    #[arg(long)]
    pub(crate) allow_unsandboxed: bool,
    /// Start no runner
    #[arg(long)]
    pub(crate) no_embedded_runner: bool,
    /// Print the configuration that would be used, secrets left out, and exit
    #[arg(long)]
    pub(crate) print_config: bool,
    /// How the server's own log is written
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How the server's own log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Serves until a signal.
pub(super) fn run(
    _arguments: ServerArguments,
    _environment: &Environment,
    _output: &Output,
) -> anyhow::Result<Outcome> {
    Err(Failure::error("this build has no server", "Build the whole project."))
}
