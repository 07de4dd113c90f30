//! The addresses that people open apps at.

use std::collections::HashMap;

use slipway_api::ids::AppId;
use slipway_kernel::{Ctx, Result};

use super::table::{Names, has_tls, own_host};
use crate::apps::App;
use crate::certificates::{self, Certificate};
use crate::clusters::places::Places;
use crate::domains::{Domain, hosts, store as domains};

/// What the addresses of several apps are made of.
pub struct Addresses {
    domains: HashMap<AppId, Vec<Domain>>,
    certificates: HashMap<AppId, Vec<Certificate>>,
    places: Places,
    names: Names,
}

impl Addresses {
    /// Of these apps.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn of(ctx: &Ctx, apps: &[AppId]) -> Result<Self> {
        let mut found = Self {
            domains: HashMap::new(),
            certificates: HashMap::new(),
            places: Places::load(ctx).await?,
            names: Names::new(),
        };
        for domain in domains::proven_of(ctx.db.reader(), apps).await? {
            found.domains.entry(domain.app_id).or_default().push(domain);
        }
        if has_tls(ctx) {
            for certificate in certificates::store::of_apps(ctx.db.reader(), apps).await? {
                found
                    .certificates
                    .entry(certificate.app_id)
                    .or_default()
                    .push(certificate);
            }
        }
        Ok(found)
    }

    /// Where an app is opened, its own address first. Wildcards are none. Apps that take no requests have none.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn urls(&mut self, ctx: &Ctx, app: &App, takes_requests: bool) -> Result<Vec<String>> {
        if !takes_requests {
            return Ok(Vec::new());
        }
        let own = own_host(ctx, app, &self.places, &mut self.names).await?;
        let pattern = self.places.pattern(app.pool_id);
        let domains = self.domains.get(&app.id).map_or(&[][..], Vec::as_slice);
        let certificates = self.certificates.get(&app.id).map_or(&[][..], Vec::as_slice);
        let named = hosts(own.clone(), self.places.domain(ctx, app.pool_id), domains)
            .into_iter()
            .filter(|host| !host.starts_with("*."));
        let url = |host: String| {
            if let Some(pattern) = pattern {
                return pattern.replace('*', &host);
            }
            let certificate = certificates::model::chosen(&host, certificates, ctx.now());
            url(ctx, &host, certificate.is_some(), host == own)
        };
        Ok(named.map(url).collect())
    }
}

fn url(ctx: &Ctx, host: &str, has_certificate: bool, is_own: bool) -> String {
    let (apps, routing) = (&ctx.settings.apps, &ctx.settings.routing);
    match (&apps.public_url, has_certificate) {
        (Some(pattern), _) => pattern.replace('*', host),
        (None, true) => at("https", host, routing.tls_port, 443),
        // Names of the site lead to the router of this machine, whatever the world sees.
        (None, false) if is_own => at("http", host, apps.router_listen.port(), 80),
        (None, false) => at("http", host, routing.http_port, 80),
    }
}

fn at(scheme: &str, host: &str, port: u16, usual: u16) -> String {
    match port == usual {
        true => format!("{scheme}://{host}/"),
        false => format!("{scheme}://{host}:{port}/"),
    }
}
