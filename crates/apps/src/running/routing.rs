//! Where requests go: the table of the built-in router, made of what is live and what was seen.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slipway_api::ids::OrganizationId;
use slipway_identity::organizations;
use slipway_kernel::{Ctx, Error, Result};
use slipway_router::{Listen, Route, Router, Table, stored};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::observed::{Observed, Seen};
use crate::apps::{App, model, store as apps};
use crate::clusters::places::Places;
use crate::{deploys, versions};

/// How long requests may take to end when the server does.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks at whether every unit was seen.
const LOOK: Duration = Duration::from_millis(50);

/// The router of this process.
struct Routing {
    router: Router,
    /// Held while a table is made: an older one must not come after a newer one.
    order: Mutex<()>,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            router: Router::new("slipway"),
            order: Mutex::default(),
        }
    }
}

/// The router of this process.
#[must_use]
pub fn router(ctx: &Ctx) -> Router {
    ctx.kept.get::<Routing>().router.clone()
}

/// Takes requests to apps for as long as the process lives. Until the units were seen, it serves the table that the process before
/// served.
///
/// # Errors
///
/// When nothing can be listened at; the error says where.
pub async fn run(ctx: &Ctx) -> Result<()> {
    let at = ctx.settings.apps.router_listen;
    let socket = TcpListener::bind(at).await.map_err(|error| {
        Error::internal(format!(
            "requests to apps cannot be taken at {at}: {error}; choose another address by the setting apps.router_listen"
        ))
    })?;
    let router = router(ctx);
    match stored::read(&path(ctx)) {
        Ok(Some(table)) => {
            if let Err(error) = router.set(table) {
                tracing::warn!(%error, "the last table of routes is not served");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the last table of routes cannot be read"),
    }
    tracing::info!(address = %at, "requests to apps are taken");
    let ending = CancellationToken::new();
    let _end = ending.clone().drop_guard();
    let listen = Listen { socket, is_tls: false };
    router.serve(listen, ending, PATIENCE).await.map_err(Error::internal)
}

fn path(ctx: &Ctx) -> PathBuf {
    ctx.settings.server.data_dir.join("routes.json")
}

/// Has the router serve what is so now. Nothing before every unit was seen once: a table without units would refuse requests that
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
    let mut routes = BTreeMap::new();
    let mut names: HashMap<OrganizationId, Arc<str>> = HashMap::new();
    let places = Places::load(ctx).await?;
    for app in apps::with_units(ctx.db.reader()).await? {
        if !places.is_routed_here(app.pool_id) {
            continue;
        }
        let Some(version) = versions::service::live(ctx, &app).await? else {
            continue;
        };
        let Some(web) = version.processes.taking_requests() else {
            continue;
        };
        let Some(port) = deploys::service::live_port(ctx, &app).await? else {
            continue;
        };
        let host = host(ctx, &app, &places, &mut names).await?;
        let route = Route {
            hosts: vec![host],
            targets: targets(&app, &web.name, port, &observed.of(app.id)),
            ..Route::default()
        };
        routes.insert(app.id.to_string(), route);
    }
    let version = routing.router.version() + 1;
    let table = Table {
        version,
        routes,
        ..Table::default()
    };
    let kept = table.clone();
    routing.router.set(table).map_err(Error::internal)?;
    let path = path(ctx);
    let written = tokio::task::spawn_blocking(move || stored::write(&path, &kept)).await;
    if let Err(error) = written.map_err(Error::internal)? {
        tracing::warn!(%error, "the table of routes cannot be kept");
    }
    Ok(())
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

/// The units of the live deploy that requests can go to: ready, and no more than are wanted.
fn targets(app: &App, process: &str, port: u16, seen: &[Seen]) -> Vec<SocketAddr> {
    let wanted = app.units_of(process);
    let is_wanted = |seen: &&Seen| {
        let unit = &seen.unit;
        let is_live = Some(i64::from(unit.deploy)) == app.live_deploy;
        is_live && unit.process == process && seen.ready.is_ok() && unit.slot.is_some_and(|slot| slot < wanted)
    };
    let those = seen.iter().filter(is_wanted);
    those
        .filter_map(|seen| seen.unit.address)
        .map(|address| SocketAddr::new(address, port))
        .collect()
}

/// The host at which an app answers.
///
/// # Errors
///
/// Those of the database.
async fn host(ctx: &Ctx, app: &App, places: &Places, names: &mut HashMap<OrganizationId, Arc<str>>) -> Result<String> {
    let organization = match names.get(&app.organization_id) {
        Some(name) => Arc::clone(name),
        None => {
            let found = organizations::service::by_id(ctx, app.organization_id).await?;
            let name: Arc<str> = Arc::from(found.name.as_str());
            names.insert(app.organization_id, Arc::clone(&name));
            name
        }
    };
    let organization = organization.parse().map_err(Error::internal)?;
    Ok(model::own_host(
        &app.name,
        &organization,
        places.domain(ctx, app.pool_id),
    ))
}

/// The names at which an app answers.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn hosts(ctx: &Ctx, app: &App) -> Result<Vec<String>> {
    let places = Places::load(ctx).await?;
    Ok(vec![host(ctx, app, &places, &mut HashMap::new()).await?])
}

/// The addresses that people open an app at, its own first. Apps that take no requests have none.
///
/// # Errors
///
/// Those of the database.
pub async fn urls(ctx: &Ctx, app: &App, takes_requests: bool) -> Result<Vec<String>> {
    if !takes_requests {
        return Ok(Vec::new());
    }
    let places = Places::load(ctx).await?;
    let host = host(ctx, app, &places, &mut HashMap::new()).await?;
    if let Some(pattern) = places.pattern(app.pool_id) {
        return Ok(vec![pattern.replace('*', &host)]);
    }
    let settings = &ctx.settings.apps;
    Ok(vec![match &settings.public_url {
        Some(pattern) => pattern.replace('*', &host),
        None => match settings.router_listen.port() {
            80 => format!("http://{host}/"),
            port => format!("http://{host}:{port}/"),
        },
    }])
}
