//! Apps on a Docker Engine of the bench's own: what a deploy takes beside the engine, and what is lost meanwhile.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::child::{memory_kilobytes, pause};
use super::engine::Engine;
use super::http::Connection;
use super::load;
use super::report::{Aim, Row};
use super::site::{ORGANIZATION, id, text};
use super::statistics::{median, milliseconds};
use super::{Bench, Rows};
use crate::process;

/// What a unit runs.
const SERVE: &str = "exec /busybox httpd -f -p $PORT -h /www";
/// Where a unit listens without Slipway.
const PORT: u16 = 8_080;
/// How long a deploy may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Apps in a list.
const LISTED: usize = 1_000;
/// Apps that run while memory is measured.
const RUNNING: usize = 100;

/// A server with an engine and a router, and one app.
struct Place<'a> {
    engine: &'a Engine,
    connection: Connection,
    router: SocketAddr,
    app: String,
}

pub(super) fn apps(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let folder = bench.folder.join("apps-engine");
    fs::create_dir_all(&folder)?;
    let mut engine = Engine::start(&folder)?;
    for version in ["1", "2"] {
        engine.image(&format!("bench/web:{version}"), &[("www/index.html", version)], SERVE)?;
    }
    let router = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut site = bench.site("apps")?.without_runner();
    site.variables = [
        ("SLIPWAY_APPS_DOCKER_SOCKET", engine.socket.display().to_string()),
        ("SLIPWAY_APPS_ROUTER_LISTEN", router.to_string()),
        ("SLIPWAY_APPS_BUILDS_WITHOUT_NETWORK", "true".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let server = site.open()?;
    let mut place = Place {
        engine: &engine,
        connection: server.api.connect()?,
        router,
        app: String::new(),
    };
    place.app = place.create("web")?;
    place.deploy(&json!({"image": "bench/web:1"}))?;
    image(bench, &mut place, rows)?;
    source(bench, &mut place, rows)?;
    lost(bench, &mut place, rows)?;
    running(bench, &mut place, server.id(), rows)?;
    for number in 0..bench.repetitions(LISTED, 50) {
        place.create(&format!("listed-{number}"))?;
    }
    let path = format!("/api/v2/organizations/{ORGANIZATION}/apps?page%5Bsize%5D=100");
    let listed = load::get(&server.api, &path, 4, bench.seconds(5))?;
    let row = Row::new("list 100 of 1,000 apps with their status, p95", listed.p95_ms, "ms");
    rows.add(row.aim(Aim::AtMost(30.0)).note(format!("{:.0} /s", listed.rate)));
    server.stop()?;
    engine.stop()
}

/// From the request until the router gives the new version, beside the same container by the engine alone.
fn image(bench: &Bench, place: &mut Place<'_>, rows: &mut Rows) -> Result<()> {
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for number in 0..bench.repetitions(20, 3) {
        let version = if number % 2 == 0 { "2" } else { "1" };
        raw.push(place.raw(version)?);
        let begun = Instant::now();
        let deploy = place.begin(&json!({"image": format!("bench/web:{version}")}))?;
        until("the new version", || {
            Ok(asked(place.router)?.as_deref() == Some(version))
        })?;
        ours.push(milliseconds(begun.elapsed()));
        place.ended(&deploy)?;
    }
    let (ours, raw) = (median(&ours), median(&raw));
    let row = Row::new(
        "image deploy, request → new unit serving, over the engine",
        ours - raw,
        "ms",
    );
    rows.add(
        row.aim(Aim::AtMost(300.0))
            .baseline(format!("engine alone {raw:.0} ms, deploy {ours:.0} ms")),
    );
    Ok(())
}

/// From the upload until there is an image, after a change of one file.
fn source(bench: &Bench, place: &mut Place<'_>, rows: &mut Rows) -> Result<()> {
    let mut times = Vec::new();
    for number in 0..bench.repetitions(10, 2) {
        let folder = tempfile::tempdir_in(&bench.folder)?;
        fs::write(
            folder.path().join("Dockerfile"),
            "FROM bench/web:1\nCOPY index.html /www/\n",
        )?;
        fs::write(folder.path().join("index.html"), format!("changed {number}"))?;
        let archive = bench.folder.join("source.tar.gz");
        process::output(
            Command::new("tar")
                .arg("-C")
                .arg(folder.path())
                .arg("-czf")
                .arg(&archive)
                .arg("."),
        )?;
        let begun = Instant::now();
        let path = format!("/api/v2/apps/{}/sources", place.app);
        let sent = place
            .connection
            .send("POST", &path, "application/octet-stream", &fs::read(&archive)?)?;
        let uploaded: Value = serde_json::from_slice(&sent.body)?;
        let digest = text(&uploaded, "/data/attributes/digest")?;
        let deploy = place.begin(&json!({"source-digest": digest}))?;
        let path = format!("/api/v2/deploys/{deploy}");
        until("the image", || {
            let shown = place.connection.get(&path)?;
            ensure!(text(&shown, "/data/attributes/status")? != "failed", "{shown}");
            Ok(shown.pointer("/data/attributes/app-version").is_some_and(Value::is_u64))
        })?;
        times.push(milliseconds(begun.elapsed()) / 1e3);
        place.ended(&deploy)?;
    }
    let row = Row::new("change of code, warm cache, source → image", median(&times), "s");
    rows.add(row.aim(Aim::AtMost(3.0)));
    Ok(())
}

/// Requests all the time, while versions are exchanged again and again.
fn lost(bench: &Bench, place: &mut Place<'_>, rows: &mut Rows) -> Result<()> {
    let (is_over, answered, lost) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let router = place.router;
    let deploys = bench.repetitions(1_000, 5);
    thread::scope(|scope| -> Result<()> {
        let asking = || {
            while !is_over.load(Ordering::Relaxed) {
                let counted = match asked(router) {
                    Ok(Some(_)) => &answered,
                    _ => &lost,
                };
                counted.fetch_add(1, Ordering::Relaxed);
                pause(Duration::from_millis(2));
            }
        };
        let _asking = [scope.spawn(asking), scope.spawn(asking)];
        let exchanged = (0..deploys).try_for_each(|number| {
            let version = if number % 2 == 0 { "2" } else { "1" };
            place.deploy(&json!({"image": format!("bench/web:{version}")}))
        });
        is_over.store(true, Ordering::Relaxed);
        exchanged
    })?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let row = Row::new(
        "requests that fail while versions are exchanged",
        lost.into_inner() as f64,
        "",
    );
    let note = format!("{deploys} deploys, {} requests answered", answered.into_inner());
    rows.add(row.aim(Aim::Exactly(0.0)).note(note));
    Ok(())
}

/// The server's memory with its router and many apps.
fn running(bench: &Bench, place: &mut Place<'_>, server: u32, rows: &mut Rows) -> Result<()> {
    let count = bench.repetitions(RUNNING, 5);
    let first = place.app.clone();
    for number in 1..count {
        place.app = place.create(&format!("running-{number}"))?;
        place.deploy(&json!({"image": "bench/web:1"}))?;
    }
    place.app = first;
    pause(Duration::from_secs(20));
    let row = Row::new(
        "memory (PSS), server with router and 100 apps",
        memory_kilobytes(server)? / 1e3,
        "MB",
    );
    rows.add(
        row.aim(Aim::AtMost(80.0))
            .note(format!("{count} apps with a unit each")),
    );
    Ok(())
}

impl Place<'_> {
    fn create(&mut self, name: &str) -> Result<String> {
        let app = json!({"data": {"type": "apps", "attributes": {"name": name}}});
        id(&self
            .connection
            .post(&format!("/api/v2/organizations/{ORGANIZATION}/apps"), &app)?)
    }

    fn begin(&mut self, attributes: &Value) -> Result<String> {
        let deploy = json!({"data": {"type": "deploys", "attributes": attributes}});
        id(&self
            .connection
            .post(&format!("/api/v2/apps/{}/deploys", self.app), &deploy)?)
    }

    fn ended(&mut self, deploy: &str) -> Result<()> {
        let path = format!("/api/v2/deploys/{deploy}");
        until("the end of a deploy", || {
            let shown = self.connection.get(&path)?;
            let status = text(&shown, "/data/attributes/status")?;
            ensure!(matches!(status.as_str(), "running" | "deployed"), "{shown}");
            Ok(status == "deployed")
        })
    }

    fn deploy(&mut self, attributes: &Value) -> Result<()> {
        let deploy = self.begin(attributes)?;
        self.ended(&deploy)
    }

    /// A container of the same image in the same network until it answers, in milliseconds.
    fn raw(&self, version: &str) -> Result<f64> {
        let networks = self.engine.ask("GET", "/networks", None)?;
        let names = networks.as_array().context("no networks")?.iter();
        let mut names = names.filter_map(|network| network.get("Name")?.as_str());
        let network = names.find(|name| !["none", "host", "bridge"].contains(name));
        let network = network.context("units have no network")?;
        let begun = Instant::now();
        let wanted = json!({
            "Image": format!("bench/web:{version}"),
            "Env": [format!("PORT={PORT}")],
            "HostConfig": {"NetworkMode": network},
        });
        let made = self.engine.ask("POST", "/containers/create", Some(&wanted))?;
        let made = text(&made, "/Id")?;
        self.engine.ask("POST", &format!("/containers/{made}/start"), None)?;
        let shown = self.engine.ask("GET", &format!("/containers/{made}/json"), None)?;
        let networks = shown.pointer("/NetworkSettings/Networks").and_then(Value::as_object);
        let address = networks.and_then(|networks| networks.values().next()?.get("IPAddress")?.as_str());
        let address = SocketAddr::new(address.context("no address")?.parse()?, PORT);
        until("the container", || Ok(asked(address).is_ok_and(|said| said.is_some())))?;
        let took = milliseconds(begun.elapsed());
        self.engine
            .ask("DELETE", &format!("/containers/{made}?force=true"), None)?;
        Ok(took)
    }
}

/// What answers there; nothing for another answer than 200.
fn asked(at: SocketAddr) -> Result<Option<String>> {
    let mut stream = TcpStream::connect(at)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let host = format!("web.{ORGANIZATION}.localhost");
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| anyhow!("no whole answer"))?;
    Ok(head.contains(" 200 ").then(|| body.trim().to_owned()))
}

fn until(what: &str, mut look: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !look()? {
        ensure!(begun.elapsed() < PATIENCE, "waited for {what}");
        pause(Duration::from_millis(2));
    }
    Ok(())
}
