//! `slipway router start`: be a router.
//!
//! It serves the last table that it got, from the disk when it starts, and asks the server for the next one all the time. What must
//! stay true: nothing that happens to the server takes a request away.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use secrecy::SecretString;
use slipway_client::{Client, ClientSettings};
use slipway_router::sockets::{self, Passed};
use slipway_router::{Listen, Report, Router, Table, stored};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::commands::program_log;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::settings::parse_address;

/// How long one question for a newer table waits.
const WAITS: Duration = Duration::from_secs(10);
/// Between two questions while units that left have requests: whoever takes them away waits for that.
const BUSY: Duration = Duration::from_millis(100);
/// After a server that does not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);
/// The name of the socket for TLS, where the service manager passes sockets on.
const TLS_SOCKET: &str = "tls";

/// Be a router: take requests to apps, until SIGTERM
///
/// It goes on while the server is away. At SIGTERM it takes no more connections and ends what it has begun. Another one may
/// listen at the same address meanwhile; a service manager may also hold the sockets and pass them on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway router create edge > router.token
  slipway router start --server https://slipway.example.com --token-file router.token --listen 0.0.0.0:80
  slipway router start --server http://127.0.0.1:8080 --token-file router.token --listen [::]:80 --tls-listen [::]:443")]
pub(crate) struct StartArguments {
    /// The server's address
    #[arg(long, value_name = "URL", value_parser = parse_address)]
    server: Url,
    /// A file with the router's token
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Address and port for requests; none where sockets are passed on
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Address and port for requests with TLS
    #[arg(long, value_name = "ADDRESS")]
    tls_listen: Option<SocketAddr>,
    /// Where the last table is kept; it has the keys of certificates in it
    #[arg(long, value_name = "DIRECTORY", default_value = "/var/lib/slipway-router")]
    data_dir: PathBuf,
    /// Seconds that requests get to end at SIGTERM
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u64,
}

/// Becomes a router, until a signal.
pub(crate) fn run(arguments: &StartArguments, environment: &Environment) -> anyhow::Result<Outcome> {
    program_log::start(environment, false);
    let passed = Passed {
        process: environment.variable("LISTEN_PID").map(str::to_owned),
        count: environment.variable("LISTEN_FDS").map(str::to_owned),
        names: environment.variable("LISTEN_FDNAMES").map(str::to_owned),
    };
    let token = std::fs::read_to_string(&arguments.token_file)
        .with_context(|| format!("cannot read the token file {}", arguments.token_file.display()))?;
    let settings = ClientSettings::new(arguments.server.clone(), Some(SecretString::from(token.trim())));
    let client = Client::new(ClientSettings {
        attempts: 1,
        ..settings
    })?;
    let data_dir = environment.directory.join(&arguments.data_dir);
    std::fs::create_dir_all(&data_dir).with_context(|| format!("cannot make the directory {}", data_dir.display()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments, &passed, client, &data_dir.join("routes.json")))?;
    // Streams that go on for ever must not keep a router that has drained.
    runtime.shutdown_background();
    Ok(Outcome::Success)
}

async fn serve(arguments: &StartArguments, passed: &Passed, client: Client, path: &Path) -> anyhow::Result<()> {
    let listening = listening(arguments, passed)?;
    let has_tls = listening.iter().any(|listen| listen.is_tls);
    let router = Router::new("router");
    match stored::read(path) {
        Ok(Some(table)) => drop(router.set(table).inspect_err(|error| {
            tracing::warn!(%error, "the last table is not served");
        })),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, path = %path.display(), "the last table cannot be read"),
    }
    let (ending, patience) = (CancellationToken::new(), Duration::from_secs(arguments.drain));
    let serving: Vec<_> = listening
        .into_iter()
        .map(|listen| {
            tracing::info!(address = ?listen.socket.local_addr(), tls = listen.is_tls, "requests to apps are taken");
            let (router, ending) = (router.clone(), ending.clone());
            tokio::spawn(async move { router.serve(listen, ending, patience).await })
        })
        .collect();
    let asking = tokio::spawn(ask(router, client, path.to_owned(), has_tls));
    until_signal().await?;
    tracing::info!("ending when the requests that have begun are through; a second signal ends at once");
    ending.cancel();
    let ended = async {
        for serving in serving {
            serving.await??;
        }
        anyhow::Ok(())
    };
    tokio::select! {
        ended = ended => ended?,
        again = until_signal() => again?,
    }
    asking.abort();
    Ok(())
}

/// Where it listens: at what was passed on, else at addresses of its own.
fn listening(arguments: &StartArguments, passed: &Passed) -> anyhow::Result<Vec<Listen>> {
    let of_manager = passed
        .sockets()
        .context("the sockets that were passed on cannot be used")?;
    let mut all: Vec<Listen> = of_manager
        .into_iter()
        .map(|(name, socket)| Listen {
            socket,
            is_tls: name == TLS_SOCKET,
        })
        .collect();
    for (address, is_tls) in [(arguments.listen, false), (arguments.tls_listen, true)] {
        if let Some(address) = address {
            let socket = sockets::shared(address).with_context(|| format!("cannot listen on {address}"))?;
            all.push(Listen { socket, is_tls });
        }
    }
    if all.is_empty() {
        return Err(Failure::error(
            "there is nothing to listen at",
            "Give --listen 0.0.0.0:80, or have the service manager pass sockets on.",
        ));
    }
    Ok(all)
}

/// Asks for the next table for as long as the process lives, and tells each time how the router is.
async fn ask(router: Router, client: Client, path: PathBuf, has_tls: bool) {
    let mut is_away = false;
    loop {
        let busy = router.leaving();
        let waits = if busy.is_empty() { WAITS } else { BUSY };
        let report = Report {
            serves: router.version(),
            busy,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            waits_ms: u64::try_from(waits.as_millis()).unwrap_or_default(),
            measured: router.measured(),
        };
        match client.exchange_table::<_, Table>(&report, waits).await {
            Ok(table) => {
                if std::mem::take(&mut is_away) {
                    tracing::info!("the server answers again");
                }
                if let Some(table) = table {
                    take(&router, prepared(table, has_tls), &path).await;
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut is_away, true) {
                    tracing::warn!(%error, "the server does not answer; the last table is served");
                }
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// A router without TLS sends nobody to where there is TLS.
fn prepared(mut table: Table, has_tls: bool) -> Table {
    if !has_tls {
        for route in table.routes.values_mut() {
            route.tls_hosts.clear();
        }
    }
    table
}

async fn take(router: &Router, table: Table, path: &Path) {
    let (kept, path) = (table.clone(), path.to_owned());
    match router.set(table) {
        Ok(true) => {
            let written = tokio::task::spawn_blocking(move || stored::write(&path, &kept)).await;
            if let Ok(Err(error)) = written {
                tracing::warn!(%error, "the table cannot be kept: after a restart an older one is served until the server answers");
            }
        }
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "a table is not taken"),
    }
}

async fn until_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
