//! `slipway runner start`: be a runner.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use secrecy::SecretString;
use slipway_runner::RunnerConfig;
use slipway_tofu::engines::Sources;
use slipway_tofu::sandbox::{Level, Limits};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use url::Url;

use crate::commands::program_log;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::settings::parse_address;

/// What a run's programs get of the runner's environment: the way to the internet, and whom to trust there.
const PASSED_ON: [&str; 8] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];
/// How long a selection of providers that no lock file pins stays good.
const WARM_AGE: Duration = Duration::from_secs(24 * 3600);
/// The program that this process is, even when its file was replaced by an upgrade since.
const OWN_PROGRAM: &str = "/proc/self/exe";
/// How often an embedded runner looks whether its server lives.
const LOOK: Duration = Duration::from_millis(500);
/// After so long without its server an embedded runner makes room for the one of the next.
const LEAVE_AFTER: Duration = Duration::from_secs(30);

/// Be a runner: take work from a server and run it, until SIGTERM
///
/// Running work is finished before the process ends; a second signal ends it at once. The settings of the client
/// commands are not used.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway runner-pool create-token build > pool.token
  slipway runner start --server https://slipway.example.com --token-file pool.token
  slipway runner start --server https://slipway.example.com --token-file pool.token --slots 4 --label zone=b")]
pub(crate) struct StartArguments {
    /// The server's address
    #[arg(long, value_name = "URL", required_unless_present = "socket", value_parser = parse_address)]
    server: Option<Url>,
    /// A file with the pool's token
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// The runner's name [default: the host's]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How much runs at once [default: by memory]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=256))]
    slots: Option<u32>,
    /// Where runs, caches and unsent logs are kept; the same path on every runner of a pool
    #[arg(long, value_name = "DIRECTORY", default_value = "/var/lib/slipway-runner")]
    data_dir: PathBuf,
    /// A directory with engines, as tofu/1.12.6/tofu; asked after the search path [env: SLIPWAY_RUNS_ENGINE_DIR]
    #[arg(long, value_name = "DIRECTORY")]
    engine_dir: Option<PathBuf>,
    /// A directory with providers in the layout of a filesystem mirror; asked before the registry (repeatable)
    /// [env: SLIPWAY_RUNS_PROVIDER_MIRROR]
    #[arg(long, value_name = "DIRECTORY")]
    provider_mirror: Vec<PathBuf>,
    /// Something to know this runner by (repeatable)
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = parse_label)]
    labels: Vec<(String, String)>,
    /// Run even where this machine cannot keep runs apart from its files
    #[arg(long)]
    allow_unsandboxed: bool,
    /// Reach the server through this Unix socket
    #[arg(long, value_name = "PATH", hide = true)]
    socket: Option<PathBuf>,
    /// Started by the server on this machine
    #[arg(long, hide = true)]
    embedded: bool,
}

fn parse_label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}

/// Becomes a runner, until a signal.
pub(crate) fn run(arguments: StartArguments, environment: &Environment) -> anyhow::Result<Outcome> {
    if arguments.embedded {
        // Ctrl-C at the server's terminal is not meant for running work. Fails only where it has happened already.
        let _ = rustix::process::setsid();
    }
    program_log::start(environment, false);
    let is_embedded = arguments.embedded;
    let config = config(arguments, environment, PathBuf::from(OWN_PROGRAM))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run_until_signal(config, is_embedded))?;
    // Whatever still waits for the network must not keep a drained runner.
    runtime.shutdown_background();
    Ok(Outcome::Success)
}

async fn run_until_signal(config: RunnerConfig, is_embedded: bool) -> anyhow::Result<()> {
    let (sender, shutdown) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = rustix::process::getppid();
    let orphaned = sender.clone();
    if is_embedded {
        // The next server starts a runner of its own: this one finishes what it has and goes.
        tokio::spawn(async move {
            while rustix::process::getppid() == server {
                tokio::time::sleep(LOOK).await;
            }
            tracing::info!("the server that started this runner is gone");
            let _ = orphaned.send(true);
        });
    }
    let runner = slipway_runner::run(config, shutdown);
    tokio::pin!(runner);
    for signals in 0.. {
        tokio::select! {
            result = &mut runner => return Ok(result?),
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if signals > 0 {
            tracing::warn!("ending at once; what ran is reported by the next runner here");
            break;
        }
        tracing::info!("ending when the running work is done; a second signal ends at once");
        let _ = sender.send(true);
    }
    Ok(())
}

fn config(arguments: StartArguments, environment: &Environment, program: PathBuf) -> anyhow::Result<RunnerConfig> {
    let data_dir = environment.directory.join(&arguments.data_dir);
    let absolute = |path: &PathBuf| environment.directory.join(path);
    let server = match arguments.server {
        Some(url) => url,
        None => Url::parse("http://localhost")?,
    };
    // The embedded runner is told by its server, which has read the same variables.
    let from_environment = |name: &str| {
        environment
            .variable(name)
            .filter(|_| !arguments.embedded)
            .map(PathBuf::from)
    };
    let engine_dir = from_environment("SLIPWAY_RUNS_ENGINE_DIR");
    let mut mirrors = arguments.provider_mirror;
    if mirrors.is_empty() {
        mirrors.extend(from_environment("SLIPWAY_RUNS_PROVIDER_MIRROR"));
    }
    let search_path = environment.variable("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin");
    // An embedded runner lives in the server's data directory.
    let protected = arguments
        .embedded
        .then(|| data_dir.parent().map(Path::to_path_buf))
        .flatten();
    Ok(RunnerConfig {
        server,
        server_socket: arguments.socket,
        token: read_token(&arguments.token_file)?,
        name: arguments.name.unwrap_or_else(host_name),
        labels: arguments.labels.into_iter().collect::<BTreeMap<_, _>>(),
        slots: arguments.slots,
        runs: data_dir.join("runs"),
        work: data_dir.join("work"),
        engines: Sources {
            search_path: search_path
                .split(':')
                .filter(|part| !part.is_empty())
                .map(PathBuf::from)
                .collect(),
            directory: arguments.engine_dir.as_ref().or(engine_dir.as_ref()).map(absolute),
        },
        mirrors: mirrors.iter().map(absolute).collect(),
        direct: true,
        environment: passed_on(environment),
        sandbox_helper: vec![program, PathBuf::from("sandbox-exec")],
        sandbox_demand: if arguments.allow_unsandboxed {
            Level::None
        } else {
            Level::Files
        },
        limits: Limits::default(),
        protected: protected.into_iter().collect(),
        warm_age: WARM_AGE,
        leave_after: arguments.embedded.then_some(LEAVE_AFTER),
    })
}

fn passed_on(environment: &Environment) -> BTreeMap<String, String> {
    let value = |name: &str| Some((name.to_owned(), environment.variable(name)?.to_owned()));
    PASSED_ON.into_iter().filter_map(value).collect()
}

fn read_token(path: &Path) -> anyhow::Result<SecretString> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the token file {}", path.display()))?;
    if text.trim().is_empty() {
        let next = "Make a token with slipway runner-pool create-token POOL.";
        return Err(Failure::error(
            format!("the token file {} is empty", path.display()),
            next,
        ));
    }
    Ok(SecretString::from(text.trim()))
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: StartArguments,
    }

    fn configured(words: &[&str]) -> RunnerConfig {
        let directory = tempfile::tempdir().unwrap();
        let token = directory.path().join("token");
        std::fs::write(&token, "slw_p_x\n").unwrap();
        let line = ["start", "--token-file", token.to_str().unwrap()]
            .into_iter()
            .chain(words.iter().copied());
        let environment = Environment {
            variables: [("PATH", "/a::/b"), ("HTTPS_PROXY", "http://p:1"), ("AWS_SECRET", "no")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            directory: PathBuf::from("/srv"),
            ..Environment::default()
        };
        config(
            Line::parse_from(line).arguments,
            &environment,
            PathBuf::from("/bin/slipway"),
        )
        .unwrap()
    }

    #[test]
    fn a_runner_gets_no_more_of_the_environment_than_the_way_out() {
        let config = configured(&[
            "--server",
            "https://slipway.example.com",
            "--data-dir",
            "data",
            "--label",
            "zone=b",
        ]);
        assert_eq!(config.environment.keys().collect::<Vec<_>>(), ["HTTPS_PROXY"]);
        assert_eq!(config.engines.search_path, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(config.runs, PathBuf::from("/srv/data/runs"));
        assert_eq!(config.labels.get("zone").map(String::as_str), Some("b"));
        assert_eq!((config.sandbox_demand, config.leave_after), (Level::Files, None));
    }

    #[test]
    fn the_embedded_one_keeps_runs_away_from_the_servers_data_and_leaves_after_its_server() {
        let words = [
            "--embedded",
            "--socket",
            "/srv/d/slipway.sock",
            "--data-dir",
            "/srv/d/runner",
            "--allow-unsandboxed",
        ];
        let config = configured(&words);
        assert_eq!(config.protected, [PathBuf::from("/srv/d")]);
        assert_eq!(config.server_socket, Some(PathBuf::from("/srv/d/slipway.sock")));
        assert_eq!(
            (config.sandbox_demand, config.leave_after),
            (Level::None, Some(LEAVE_AFTER))
        );
    }
}
