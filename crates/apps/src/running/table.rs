//! The tables of the routers, made of what is live, what was seen, and what people say about domains.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use slipway_api::domains::AppRedirect;
use slipway_api::ids::{AppId, OrganizationId};
use slipway_identity::organizations;
use slipway_kernel::settings::RouterMode;
use slipway_kernel::{Ctx, Error, Result};
use slipway_router::{Route, Table};

use super::observed::{Observed, Seen};
use super::serving::Tables;
use crate::apps::{App, model, store as apps};
use crate::certificates::{self, Certificate, issuing};
use crate::clusters::places::Places;
use crate::domains::{Domain, hosts, store as domains};
use crate::pool_constraints::routers::OfRouters;
use crate::routings::{self, Limits};
use crate::{deploys, versions};

/// Names of organizations, as they were read.
pub(crate) type Names = HashMap<OrganizationId, Arc<str>>;

/// What is so now, as tables without a number.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn make(ctx: &Ctx) -> Result<Tables> {
    let observed = ctx.kept.get::<Observed>();
    let said = Said::read(ctx).await?;
    let places = Places::load(ctx).await?;
    let mut routers = OfRouters::read(ctx).await?;
    let mut rules = BTreeMap::new();
    let mut names = Names::new();
    let mut table = Table {
        tls_port: ctx.settings.routing.tls_port,
        answers: said.answers(),
        ..Table::default()
    };
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
        let own = own_host(ctx, &app, &places, &mut names).await?;
        let hosts = hosts(own, places.domain(ctx, app.pool_id), said.of(app.id));
        let mut tls_hosts = Vec::new();
        for host in &hosts {
            if let Some(certificate) = said.certificate(ctx, app.id, host)
                && let Some(shown) = certificates::service::shown(ctx, host, certificate).await
            {
                table.certificates.insert(host.clone(), shown);
                tls_hosts.push(host.clone());
            }
        }
        let limits = said.limits.get(&app.id);
        let never = limits.is_some_and(|limits| limits.redirect == AppRedirect::Never);
        let (most_bytes, patience, most_requests) = routings::model::counting(limits, &ctx.settings.routing);
        let route = Route {
            targets: targets(&app, &web.name, port, &observed.of(app.id)),
            tls_hosts: if never || !has_tls(ctx) { Vec::new() } else { tls_hosts },
            hosts,
            most_requests,
            patience,
            most_bytes,
            is_stopped: app.is_stopped,
            ..Route::default()
        };
        let of_routers = routers.of(app.organization_id, app.pool_id)?;
        if !of_routers.is_empty() {
            rules.insert(app.id.to_string(), of_routers);
        }
        table.routes.insert(app.id.to_string(), route);
    }
    Ok(Tables { table, rules })
}

/// Whether requests with TLS are taken. Routers that are processes of their own say so by what they listen at: without, they send
/// nobody there.
pub(crate) fn has_tls(ctx: &Ctx) -> bool {
    let settings = &ctx.settings.routing;
    settings.tls_listen.is_some() || settings.mode == RouterMode::Separate
}

/// What people said about domains.
struct Said {
    domains: HashMap<AppId, Vec<Domain>>,
    certificates: HashMap<AppId, Vec<Certificate>>,
    limits: HashMap<AppId, Limits>,
}

impl Said {
    async fn read(ctx: &Ctx) -> Result<Self> {
        let mut said = Self {
            domains: HashMap::new(),
            certificates: HashMap::new(),
            limits: HashMap::new(),
        };
        for domain in domains::all(ctx.db.reader()).await? {
            said.domains.entry(domain.app_id).or_default().push(domain);
        }
        for certificate in certificates::store::all(ctx.db.reader(), ctx.now()).await? {
            said.certificates
                .entry(certificate.app_id)
                .or_default()
                .push(certificate);
        }
        let limits = routings::store::all(ctx.db.reader()).await?;
        said.limits = limits.into_iter().map(|limits| (limits.app_id, limits)).collect();
        Ok(said)
    }

    fn of(&self, app: AppId) -> &[Domain] {
        self.domains.get(&app).map_or(&[], Vec::as_slice)
    }

    fn certificate(&self, ctx: &Ctx, app: AppId, host: &str) -> Option<&Certificate> {
        certificates::model::chosen(host, self.certificates.get(&app)?, ctx.now())
    }

    /// What the router answers itself: that a name leads here, and what an authority asks.
    fn answers(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut answers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let named = self
            .domains
            .values()
            .flatten()
            .filter(|domain| !domain.host.starts_with("*."));
        for domain in named {
            let of_host = answers.entry(domain.host.clone()).or_default();
            of_host.insert(domain.path(), domain.token());
            if let (Some(token), Some(answer)) = (&domain.order_token, &domain.order_answer) {
                of_host.insert(format!("{}{token}", issuing::PATH), answer.clone());
            }
        }
        answers
    }
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

/// The host at which an app answers by itself.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn own_host(ctx: &Ctx, app: &App, places: &Places, names: &mut Names) -> Result<String> {
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
    let domain = places.domain(ctx, app.pool_id);
    Ok(model::own_host(&app.name, &organization, domain))
}
