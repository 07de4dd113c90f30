//! A server process from start to end.
//!
//! Start: open everything, listen, then say so. End, at SIGTERM or SIGINT: take no new connections, let requests finish
//! (streams are cut), stop the background work. Runs go on: the embedded runner is a process of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use slipway_identity::sessions;
use slipway_identity::tokens::Authenticator;
use slipway_kernel::clock::Clock;
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::{Shared, router};
use crate::listen::{Peer, Tcp, Tls, bind_socket};
use crate::supervise::Supervisor;
use crate::tls::Certificate;
use crate::{background, domains, embedded_runner, lock};

/// How long requests may take to finish after the server was told to end.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves until a signal.
///
/// # Errors
///
/// When it cannot start; each error says what is wrong and what to do.
pub async fn serve(mut settings: Settings) -> anyhow::Result<()> {
    let _lock = lock::take(&settings)?;
    // First, so that a taken address is said at once, and that links have the real port where 0 was asked for.
    let tcp = Tcp::bind(settings.server.listen).await?;
    settings.server.listen = tcp.address()?;
    let kernel = open(settings).await?;
    let shared = Shared {
        kernel: Arc::clone(&kernel),
        authenticator: Arc::new(Authenticator::default()),
        sessions: Arc::new(sessions::Authenticator::default()),
    };
    let stop = CancellationToken::new();
    let mut supervisor = Supervisor::new(stop.clone());
    let socket = bind_socket(&embedded_runner::socket(&kernel.settings.server.data_dir))?;
    let app = router(&shared);

    let local = tokio::spawn(serve_on(socket, app.clone(), stop.clone()));
    let public = spawn_public(&kernel, tcp, app, &stop)?;
    background::start(&mut supervisor, &shared, &holder(&kernel)?);
    if kernel.settings.runs.embedded_runner {
        let ctx = Ctx::system(&kernel);
        supervisor.keep("embedded runner", move || {
            let ctx = ctx.clone();
            async move { embedded_runner::run(&ctx).await }
        });
    }
    say_how_to_begin(&kernel).await?;
    tracing::info!(url = %url(&kernel.settings), data = %kernel.settings.server.data_dir.display(), "ready");

    until_signal().await?;
    tracing::info!("ending; runs go on");
    kernel.wakes.end();
    stop.cancel();
    let ended = async {
        let _ = public.await;
        let _ = local.await;
        supervisor.ended().await;
    };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    shared.authenticator.write_uses(&Ctx::system(&kernel)).await?;
    shared.sessions.write_uses(&Ctx::system(&kernel)).await?;
    Ok(())
}

/// Opens the kernel and makes what a first start needs.
///
/// # Errors
///
/// Those of [`Kernel::open`].
pub async fn open(settings: Settings) -> anyhow::Result<Arc<Kernel>> {
    let kernel = Kernel::open(settings, Clock::system(), Random::system(), &domains::migrations())
        .await
        .map_err(readable)?;
    domains::prepare(&Ctx::system(&kernel)).await.map_err(readable)?;
    Ok(kernel)
}

/// On the machine itself people read the whole reason. Of a defect they read nothing else: the sentence for callers
/// names a log that only a server has.
pub(crate) fn readable(error: slipway_kernel::Error) -> anyhow::Error {
    match error.internal_reason() {
        Some(reason) if error.code() == slipway_api::Code::Internal => anyhow::anyhow!("{reason}"),
        Some(reason) => anyhow::anyhow!("{}", error.detail()).context(reason.to_owned()),
        None => anyhow::anyhow!("{}", error.detail()),
    }
}

fn spawn_public(
    kernel: &Kernel,
    tcp: Tcp,
    app: Router,
    stop: &CancellationToken,
) -> anyhow::Result<tokio::task::JoinHandle<anyhow::Result<()>>> {
    let server = &kernel.settings.server;
    let (Some(chain), Some(key)) = (&server.tls_certificate, &server.tls_key) else {
        return Ok(tokio::spawn(serve_on(tcp, app, stop.clone())));
    };
    let certificate = Arc::new(Certificate::load(chain, key)?);
    let (follower, stopped) = (Arc::clone(&certificate), stop.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = follower.follow() => {}
        }
    });
    Ok(tokio::spawn(serve_on(Tls::new(tcp, certificate)?, app, stop.clone())))
}

async fn serve_on<L>(listener: L, app: Router, stop: CancellationToken) -> anyhow::Result<()>
where
    L: axum::serve::Listener,
    L::Addr: std::fmt::Debug,
    Peer: for<'a> axum::extract::connect_info::Connected<axum::serve::IncomingStream<'a, L>>,
{
    axum::serve(listener, app.into_make_service_with_connect_info::<Peer>())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
        .context("the listener failed")
}

/// Tells this process from other replicas, and from itself before a restart.
fn holder(kernel: &Kernel) -> anyhow::Result<String> {
    let number = kernel.random.number().map_err(readable)?;
    Ok(
        format!("{}-{number:016x}", rustix::system::uname().nodename().to_string_lossy())
            .chars()
            .take(64)
            .collect(),
    )
}

/// Where there is nobody yet, the server's log has the way in: a link that works once, for a day.
async fn say_how_to_begin(kernel: &Arc<Kernel>) -> anyhow::Result<()> {
    let link = slipway_identity::accounts::service::set_up::first_link(&Ctx::system(kernel)).await;
    if let Some(made) = link.map_err(readable)? {
        tracing::warn!(
            url = made.url,
            "nobody has an account yet; open this address to make the first administrator"
        );
    }
    Ok(())
}

/// Where people reach the server.
fn url(settings: &Settings) -> String {
    let scheme = if settings.server.tls_certificate.is_some() {
        "https"
    } else {
        "http"
    };
    settings
        .server
        .public_url
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{}", settings.server.listen))
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
