//! `slipway server`: serve. The flags are the strongest source of the server's configuration.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use slipway_server::configuration::Flag;
use slipway_server::settings::{LogFormat as SettingsLogFormat, Settings};
use url::Url;

use super::program_log;
use crate::environment::Environment;
use crate::failure::Outcome;
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
    config: Option<PathBuf>,
    /// Where everything is kept that is not in a database or an object store of your own
    #[arg(long, value_name = "DIRECTORY")]
    data_dir: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The address that users reach the server at
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// Certificate chain, PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://…; a password belongs in the configuration's file for it
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// A directory with engines, each in a folder named after its version
    #[arg(long, value_name = "DIRECTORY")]
    engine_dir: Option<PathBuf>,
    /// A directory with providers, in the layout of a filesystem mirror
    #[arg(long, value_name = "DIRECTORY")]
    provider_mirror: Option<PathBuf>,
    /// Start the embedded runner even where this machine cannot keep runs apart from its files
    #[arg(long)]
    allow_unsandboxed: bool,
    /// Start no runner
    #[arg(long)]
    no_embedded_runner: bool,
    /// Print the configuration that would be used, secrets left out, and exit
    #[arg(long)]
    print_config: bool,
    /// How the server's own log is written
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
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
pub(super) fn run(arguments: &ServerArguments, environment: &Environment, output: &Output) -> anyhow::Result<Outcome> {
    let settings = load(arguments.config.as_deref(), environment, &flags(arguments))?;
    if arguments.print_config {
        output.data(&slipway_server::configuration::print(&settings)?)?;
        return Ok(Outcome::Success);
    }
    program_log::start(environment, settings.server.log_format == SettingsLogFormat::Json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(slipway_server::serve(settings))?;
    // Whatever still waits for the network must not keep a server that has said goodbye.
    runtime.shutdown_background();
    Ok(Outcome::Success)
}

/// The server's settings: the file, then the environment, then the flags.
pub(super) fn load(config: Option<&Path>, environment: &Environment, flags: &[Flag]) -> anyhow::Result<Settings> {
    let file = config.map(|path| environment.directory.join(path));
    slipway_server::configuration::load(file.as_deref(), environment.variables.clone(), flags)
}

/// The flags as settings; what was not given is absent.
fn flags(arguments: &ServerArguments) -> Vec<Flag> {
    let path = |path: &PathBuf| path.display().to_string();
    let yes = |given: bool, value: bool| given.then(|| value.to_string());
    let log_format = arguments.log_format.map(|format| match format {
        LogFormat::Text => "text".to_owned(),
        LogFormat::Json => "json".to_owned(),
    });
    let given = [
        ("server.data_dir", arguments.data_dir.as_ref().map(path)),
        ("server.listen", arguments.listen.map(|address| address.to_string())),
        (
            "server.public_url",
            arguments.public_url.as_ref().map(ToString::to_string),
        ),
        ("server.tls_certificate", arguments.tls_cert.as_ref().map(path)),
        ("server.tls_key", arguments.tls_key.as_ref().map(path)),
        ("server.log_format", log_format),
        ("database.url", arguments.database_url.clone()),
        ("runs.engine_dir", arguments.engine_dir.as_ref().map(path)),
        ("runs.provider_mirror", arguments.provider_mirror.as_ref().map(path)),
        ("runs.allow_unsandboxed", yes(arguments.allow_unsandboxed, true)),
        ("runs.embedded_runner", yes(arguments.no_embedded_runner, false)),
    ];
    given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: ServerArguments,
    }

    fn settings(words: &[&str], variables: &[(&str, &str)]) -> Settings {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let environment = Environment {
            variables,
            ..Environment::default()
        };
        let arguments = Line::parse_from(["server"].into_iter().chain(words.iter().copied())).arguments;
        load(None, &environment, &flags(&arguments)).unwrap()
    }

    #[test]
    fn every_flag_reaches_its_setting_and_wins_over_the_environment() {
        let words = "--data-dir /d --listen 127.0.0.1:9 --public-url https://s.example --tls-cert c --tls-key k \
            --database-url sqlite:x --engine-dir /e --provider-mirror /m --allow-unsandboxed --no-embedded-runner \
            --log-format json";
        let words: Vec<&str> = words.split_whitespace().collect();
        let settings = settings(
            &words,
            &[("SLIPWAY_SERVER_LISTEN", "127.0.0.1:1"), ("SLIPWAY_TOKEN", "x")],
        );
        let server = &settings.server;
        assert_eq!((server.data_dir.to_str(), server.listen.port()), (Some("/d"), 9));
        assert_eq!(server.public_url.as_deref(), Some("https://s.example/"));
        assert_eq!(server.tls_certificate.as_deref(), Some(Path::new("c")));
        assert_eq!(server.tls_key.as_deref(), Some(Path::new("k")));
        assert_eq!(server.log_format, SettingsLogFormat::Json);
        assert_eq!(settings.database.url.as_deref(), Some("sqlite:x"));
        assert_eq!(settings.runs.engine_dir.as_deref(), Some(Path::new("/e")));
        assert_eq!(settings.runs.provider_mirror.as_deref(), Some(Path::new("/m")));
        assert!(settings.runs.allow_unsandboxed && !settings.runs.embedded_runner);
    }

    #[test]
    fn what_is_not_given_is_left_to_the_environment() {
        let settings = settings(&[], &[("SLIPWAY_RUNS_EMBEDDED_RUNNER", "false")]);
        assert!(!settings.runs.embedded_runner && !settings.runs.allow_unsandboxed);
    }
}
