//! Where requests go: the table of the routers, made of what is live and what was seen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slipway_api::ids::AppRouterId;
use slipway_api::pools::PoolField;
use slipway_kernel::settings::RouterMode;
use slipway_kernel::{Ctx, Error, Result};
use slipway_router::{Listen, Measured, Router, Table, stored};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::addresses::Addresses;
use super::observed::Observed;
use super::serving::{EMBEDDED, Tables};
use super::table;
use crate::apps::App;
use crate::certificates::{self, issuing};
use crate::clusters::places::Places;
use crate::domains::{self, store as domain_rows};
use crate::pool_constraints;
use crate::routers::connected::Connected;
use crate::routings;

/// How long requests may take to end when the server does.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks at whether every unit was seen.
const LOOK: Duration = Duration::from_millis(50);

/// Between two looks at whether another replica changed what people say about domains.
const FOLLOW: Duration = Duration::from_secs(2);

/// Between two times at which certificates are thought of.
const THINK: Duration = Duration::from_secs(20);

/// The router of this process, and the table that routers of other processes get.
struct Routing {
    router: Router,
    /// Held while a table is made: an older one must not come after a newer one.
    order: Mutex<()>,
    tables: watch::Sender<Option<Arc<Tables>>>,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            router: Router::new("slipway"),
            order: Mutex::default(),
            tables: watch::Sender::new(None),
        }
    }
}

/// The router of this process.
#[must_use]
pub fn router(ctx: &Ctx) -> Router {
    ctx.kept.get::<Routing>().router.clone()
}

/// The tables as they are, and as they become.
pub(crate) fn tables(ctx: &Ctx) -> watch::Receiver<Option<Arc<Tables>>> {
    ctx.kept.get::<Routing>().tables.subscribe()
}

/// Whether a request that one of these units got did not end, at any router; or may still come, because a router does not know yet
/// that they are gone.
#[must_use]
pub fn is_busy(ctx: &Ctx, gone: &[SocketAddr]) -> bool {
    let router = router(ctx);
    router.is_busy(gone) || ctx.kept.get::<Connected>().is_busy(router.version(), gone)
}

/// What each router counted of the apps' requests since it began, the one of this process first; two readings of one router say what
/// happened between them.
#[must_use]
pub fn measured(ctx: &Ctx) -> Vec<(Option<AppRouterId>, BTreeMap<String, Measured>)> {
    let others = ctx.kept.get::<Connected>().measured();
    let others = others.into_iter().map(|(id, measured)| (Some(id), measured));
    std::iter::once((None, router(ctx).measured())).chain(others).collect()
}

/// Takes requests to apps for as long as the process lives, where the settings say that it does, and keeps the table up with what
/// other replicas write. Until the units were seen, the table of the process before is served.
///
/// # Errors
///
/// When nothing can be listened at; the error says where.
pub async fn run(ctx: &Ctx) -> Result<()> {
    restore(ctx).await;
    match ctx.settings.routing.mode {
        RouterMode::Embedded => tokio::select! {
            served = serve(ctx) => served,
            followed = follow(ctx) => followed,
        },
        RouterMode::Separate | RouterMode::Off => follow(ctx).await,
    }
}

/// The table that was served last.
async fn restore(ctx: &Ctx) {
    let routing = ctx.kept.get::<Routing>();
    let _order = routing.order.lock().await;
    match stored::read::<Tables>(&path(ctx)) {
        Ok(Some(tables)) => match routing.router.set(tables.of(EMBEDDED)) {
            Ok(true) => drop(routing.tables.send_replace(Some(Arc::new(tables)))),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the last table of routes is not served"),
        },
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the last table of routes cannot be read"),
    }
}

async fn serve(ctx: &Ctx) -> Result<()> {
    let router = router(ctx);
    let plain = listen(ctx.settings.apps.router_listen, "apps.router_listen").await?;
    let ending = CancellationToken::new();
    let _end = ending.clone().drop_guard();
    let listening = Listen {
        socket: plain,
        is_tls: false,
    };
    let plain = router.serve(listening, ending.clone(), PATIENCE);
    let Some(at) = ctx.settings.routing.tls_listen else {
        return plain.await.map_err(Error::internal);
    };
    let listening = Listen {
        socket: listen(at, "routing.tls_listen").await?,
        is_tls: true,
    };
    let with_tls = router.serve(listening, ending.clone(), PATIENCE);
    tokio::try_join!(plain, with_tls).map(|_| ()).map_err(Error::internal)
}

async fn listen(at: SocketAddr, setting: &str) -> Result<TcpListener> {
    let socket = TcpListener::bind(at).await.map_err(|error| {
        Error::internal(format!(
            "requests to apps cannot be taken at {at}: {error}; choose another address by the setting {setting}"
        ))
    })?;
    tracing::info!(address = %at, "requests to apps are taken");
    Ok(socket)
}

/// Keeps the table up with what other replicas write, and thinks of certificates.
async fn follow(ctx: &Ctx) -> Result<()> {
    let (mut last, mut thought_at) = (None, None::<Instant>);
    loop {
        let reader = ctx.db.reader();
        let mark = (
            domain_rows::mark(reader).await?,
            certificates::store::mark(reader).await?,
            routings::store::mark(reader).await?,
            pool_constraints::store::about(reader, PoolField::Router).await?,
        );
        if last.as_ref() != Some(&mark) {
            publish(ctx).await?;
            last = Some(mark);
        }
        if thought_at.is_none_or(|at| at.elapsed() >= THINK) {
            issuing::wake_due(ctx).await?;
            certificates::service::tell_of_ends(ctx).await?;
            thought_at = Some(Instant::now());
        }
        tokio::time::sleep(FOLLOW).await;
    }
}

fn path(ctx: &Ctx) -> PathBuf {
    ctx.settings.server.data_dir.join("routes.json")
}

/// Has the routers serve what is so now. Nothing before every unit was seen once: a table without units would refuse requests that
/// the one before still answers.
///
/// # Errors
///
/// Those of the database.
pub async fn publish(ctx: &Ctx) -> Result<()> {
    let observed = ctx.kept.get::<Observed>();
    if !observed.is_complete() {
        return Ok(());
    }
    let routing = ctx.kept.get::<Routing>();
    let _order = routing.order.lock().await;
    let made = table::make(ctx).await?;
    let version = routing.router.version();
    let numbered = |version, made: Tables| Tables {
        table: Table { version, ..made.table },
        rules: made.rules,
    };
    if routing.tables.borrow().as_deref() == Some(&numbered(version, made.clone())) {
        return Ok(());
    }
    // The time, so that a server whose data directory is an older one does not begin below what routers have.
    let next = (version + 1).max(u64::try_from(ctx.now().unix_ms()).unwrap_or_default());
    let kept = Arc::new(numbered(next, made));
    routing.router.set(kept.of(EMBEDDED)).map_err(Error::internal)?;
    routing.tables.send_replace(Some(Arc::clone(&kept)));
    let path = path(ctx);
    let written = tokio::task::spawn_blocking(move || stored::write(&path, &*kept)).await;
    if let Err(error) = written.map_err(Error::internal)? {
        tracing::warn!(%error, "the table of routes cannot be kept");
    }
    Ok(())
}

/// The same, after somebody said something else about domains. That is written already: what goes wrong here is tried again.
pub(crate) async fn changed(ctx: &Ctx) {
    if let Err(error) = publish(ctx).await {
        tracing::warn!(%error, "the table of routes was not made; it is tried again");
    }
}

/// The same, before something is taken away: it waits until every unit was seen once, because until then the table of the process
/// before is served, which may still lead to what goes.
///
/// # Errors
///
/// `Unavailable` when that takes too long; those of the database.
pub async fn publish_first(ctx: &Ctx) -> Result<()> {
    let observed = ctx.kept.get::<Observed>();
    let end = Instant::now() + PATIENCE;
    while !observed.is_complete() {
        if Instant::now() >= end {
            return Err(Error::unavailable(
                "Not every unit was seen yet since the server was started, so none is taken away. A cluster may be away: see `slipway cluster \
                 list`.",
            ));
        }
        tokio::time::sleep(LOOK).await;
    }
    publish(ctx).await
}

/// Every host that requests to an app are taken for, its own first.
///
/// # Errors
///
/// Those of the database.
pub async fn hosts(ctx: &Ctx, app: &App) -> Result<Vec<String>> {
    let places = Places::load(ctx).await?;
    let own = table::own_host(ctx, app, &places, &mut table::Names::new()).await?;
    let domains = domain_rows::proven_of(ctx.db.reader(), &[app.id]).await?;
    Ok(domains::hosts(own, places.domain(ctx, app.pool_id), &domains))
}

/// The addresses that people open an app at, its own first. Apps that take no requests have none.
///
/// # Errors
///
/// Those of the database.
pub async fn urls(ctx: &Ctx, app: &App, takes_requests: bool) -> Result<Vec<String>> {
    let mut addresses = Addresses::of(ctx, &[app.id]).await?;
    addresses.urls(ctx, app, takes_requests).await
}
