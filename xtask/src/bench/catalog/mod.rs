//! The catalog: how long forms, repositories and trees take, and what ordering adds to the engine's own time.

mod orders;
mod reading;
mod trees;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::companion::Companion;
use super::http::Connection;
use super::site::{ORGANIZATION, Server, Site};
use super::{Bench, Rows};

/// Modules and templates that are the same for all parts: an area, networks in it, databases in those.
const CHAIN: [(&str, Option<&str>); 3] = [("area", None), ("network", Some("area")), ("database", Some("network"))];

/// Forms, synchronization, ten thousand resources, and orders.
pub(super) fn catalog(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let (mut modules, address) = Companion::start("modules")?;
    modules.ask("chain")?;
    let site = site(bench, "catalog")?;
    let server = site.clone().without_runner().open()?;
    let mut connection = server.api.connect()?;
    publish(&mut connection, &chain(&address))?;
    reading::form(bench, (&server.api, &mut connection), (&mut modules, &address), rows)?;
    reading::synchronization(bench, &mut connection, (&mut modules, &address), rows)?;
    trees::measure(bench, &server.api, &site.data, rows)?;
    server.stop()?;
    let server = opened(bench, "orders", &address)?;
    orders::measure(bench, &server, rows)?;
    server.stop()
}

fn site(bench: &Bench, name: &str) -> Result<Site> {
    let loopback = ("SLIPWAY_OUTBOUND_ALLOWED_NETWORKS".to_owned(), "127.0.0.0/8".to_owned());
    Ok(Site {
        variables: vec![loopback],
        ..bench.site(name)?
    })
}

/// A server with a runner and the three templates.
fn opened(bench: &Bench, name: &str, address: &str) -> Result<Server> {
    let server = site(bench, name)?.open()?;
    publish(&mut server.api.connect()?, &chain(address))?;
    Ok(server)
}

/// The three templates as documents.
fn chain(address: &str) -> Value {
    let template = |(key, parent): (&str, Option<&str>)| {
        let parents: Vec<Value> = parent.map(|parent| json!({"template": parent})).into_iter().collect();
        json!({"key": key, "name": key, "parents": parents})
    };
    let version = |(key, parent): (&str, Option<&str>)| {
        let variables: Vec<Value> = parent
            .map(|parent| json!({"name": "on", "reference": {"template": parent, "output": "id"}}))
            .into_iter()
            .collect();
        json!({"template": key, "source-code": "chain", "tag": "v1.0.0", "directory": key, "lifecycle": "active",
            "variables": variables})
    };
    json!({
        "templates": CHAIN.map(template),
        "source-codes": [{"name": "chain", "identifier": address.replace("NAME", "chain")}],
        "versions": CHAIN.map(version),
    })
}

fn publish(connection: &mut Connection, documents: &Value) -> Result<()> {
    let path = format!("/api/v2/organizations/{ORGANIZATION}/catalog/actions/apply");
    connection.post(&path, documents).map(drop)
}

/// Orders a resource; returns its id.
fn order(connection: &mut Connection, template: &str, name: &str, parents: &[&str]) -> Result<String> {
    let attributes = json!({"template": template, "name": name, "parents": parents, "values": {"name": name},
        "auto-apply": true});
    let body = json!({"data": {"type": "resources", "attributes": attributes}});
    let path = format!("/api/v2/organizations/{ORGANIZATION}/resources");
    let made = connection.post(&path, &body)?;
    let id = super::site::id(&made)?;
    ensure!(id.starts_with("res-"), "{made}");
    Ok(id)
}
