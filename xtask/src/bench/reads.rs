//! What the API takes to answer: one workspace, pages of lists, a new workspace; and a restart on all that data.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::http::{Api, Connection};
use super::load;
use super::postgres::Postgres;
use super::report::{Aim, Row};
use super::seed::Database;
use super::site::{ORGANIZATION, Server, Site, create_workspace, start_run, upload};
use super::statistics::{median, milliseconds, percentile};
use super::{Bench, Rows, raw, teams};

const CONNECTIONS: usize = 16;

/// On SQLite, which has the aims.
pub(super) fn on_sqlite(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let site = bench.site("reads")?.without_runner();
    let file = site.data.join("slipway.db");
    on(bench, rows, &site, &Database::Sqlite(&file), "SQLite")
}

/// On PostgreSQL: lists have the same aims, the rest is reported.
pub(super) fn on_postgres(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let cluster = Postgres::start(&bench.folder.join("postgres"))?;
    let site = bench.site("reads-postgres")?.without_runner();
    let site = site.on_database(Some(cluster.url()));
    on(bench, rows, &site, &Database::Postgres(&cluster), "PostgreSQL")?;
    cluster.stop()
}

fn on(bench: &Bench, rows: &mut Rows, site: &Site, database: &Database<'_>, name: &str) -> Result<()> {
    let has_all_aims = matches!(database, Database::Sqlite(_));
    let server = site.open()?;
    let mut connection = server.api.connect()?;
    let workspace = first_workspace(bench, &mut connection)?;
    let times = create(&mut connection, 999)?;
    let row = Row::new(format!("create a workspace, p50, {name}"), median(&times), "ms");
    let row = row.note(format!("p95 {:.2} ms", percentile(&times, 95.0)));
    rows.add(if has_all_aims { row.aim(Aim::AtMost(1.5)) } else { row });
    one_workspace(bench, rows, &server.api, &workspace, (name, has_all_aims))?;
    let workspaces = format!("/api/v2/organizations/{ORGANIZATION}/workspaces?page[size]=100");
    page(
        bench,
        rows,
        &server.api,
        &workspaces,
        &format!("workspaces, 100 of 1,000, {name}"),
    )?;
    database.copy_workspaces(9)?;
    database.copy_run(100_000)?;
    page(
        bench,
        rows,
        &server.api,
        &workspaces,
        &format!("workspaces, 100 of 10,000, {name}"),
    )?;
    let last = format!("{workspaces}&page[number]=100");
    page(
        bench,
        rows,
        &server.api,
        &last,
        &format!("workspaces, the last 100 of 10,000, {name}"),
    )?;
    teams::lists(bench, rows, &server.api, name)?;
    let runs = format!("/api/v2/organizations/{ORGANIZATION}/runs?page[size]=100");
    page(
        bench,
        rows,
        &server.api,
        &runs,
        &format!("runs, 100 of 100,000, {name}"),
    )?;
    restarts(bench, rows, site, server, name)
}

/// A workspace with a run that waits for a runner, of which there is none.
fn first_workspace(bench: &Bench, connection: &mut Connection) -> Result<String> {
    let workspace = create_workspace(connection, "first", None)?;
    upload(
        connection,
        &workspace,
        &raw::archive(&bench.folder, raw::CONFIGURATION)?,
    )?;
    let run = start_run(connection, &workspace, json!({}))?;
    connection.post(&format!("/api/v2/runs/{run}/actions/cancel"), &json!({}))?;
    Ok(workspace)
}

fn create(connection: &mut Connection, count: usize) -> Result<Vec<f64>> {
    let one = |number: usize| {
        let begin = Instant::now();
        create_workspace(connection, &format!("workspace-{number:04}"), None)?;
        Ok(milliseconds(begin.elapsed()))
    };
    (0..count).map(one).collect()
}

fn one_workspace(
    bench: &Bench,
    rows: &mut Rows,
    api: &Api,
    workspace: &str,
    (name, has_aims): (&str, bool),
) -> Result<()> {
    let path = format!("/api/v2/workspaces/{workspace}");
    let load = load::get(api, &path, CONNECTIONS, bench.seconds(5))?;
    let ping = load::get(api, "/healthz", CONNECTIONS, bench.seconds(2))?;
    let rate = Row::new(
        format!("GET a workspace, {CONNECTIONS} connections, {name}"),
        load.rate,
        "/s",
    )
    .baseline(format!(
        "/healthz {:.0}/s with the same client on the same processors",
        ping.rate
    ));
    let slow =
        Row::new(format!("GET a workspace, p99, {name}"), load.p99_ms, "ms").note(format!("p50 {:.2} ms", load.p50_ms));
    rows.add(if has_aims {
        rate.aim(Aim::AtLeast(12_000.0))
    } else {
        rate
    });
    rows.add(if has_aims { slow.aim(Aim::AtMost(5.0)) } else { slow });
    Ok(())
}

fn page(bench: &Bench, rows: &mut Rows, api: &Api, path: &str, what: &str) -> Result<()> {
    let load = load::get(api, path, 1, bench.seconds(2))?;
    rows.add(Row::new(format!("list {what}, p50"), load.p50_ms, "ms").aim(Aim::AtMost(4.0)));
    rows.add(Row::new(format!("list {what}, p95"), load.p95_ms, "ms").aim(Aim::AtMost(15.0)));
    Ok(())
}

fn restarts(bench: &Bench, rows: &mut Rows, site: &Site, server: Server, name: &str) -> Result<()> {
    server.stop()?;
    let took = restart(site, bench.repetitions(5, 2))?;
    let row = Row::new(
        format!("restart → ready, 10,000 workspaces, 100,000 runs, {name}"),
        took,
        "ms",
    );
    rows.add(row.aim(Aim::AtMost(60.0)));
    Ok(())
}

/// The middle of several restarts, in milliseconds.
pub(super) fn restart(site: &Site, count: usize) -> Result<f64> {
    let one = |_| {
        let (server, took) = site.start()?;
        server.stop()?;
        Ok(milliseconds(took))
    };
    Ok(median(&(0..count).map(one).collect::<Result<Vec<f64>>>()?))
}

/// A first start in a new directory, each time another, and restarts on what it made.
pub(super) fn starts(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let first = |number: usize| {
        let (server, took) = bench.site(&format!("start-{number}"))?.start()?;
        server.stop()?;
        Ok(milliseconds(took))
    };
    let count = bench.repetitions(7, 3);
    let new = median(&(0..count).map(first).collect::<Result<Vec<f64>>>()?);
    let again = restart(&bench.site("start-0")?, count)?;
    let note = "from spawn until /readyz answers 200; with the embedded runner";
    rows.add(
        Row::new("server start → ready, new data directory", new, "ms")
            .aim(Aim::AtMost(150.0))
            .note(note),
    );
    rows.add(
        Row::new("server restart → ready", again, "ms")
            .aim(Aim::AtMost(60.0))
            .note(note),
    );
    Ok(())
}

/// Server and embedded runner after ten seconds without work.
pub(super) fn memory(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("memory")?.open()?;
    let runner = server.runner_id()?;
    super::child::pause(Duration::from_secs(10));
    let (own, its) = (
        super::child::memory_kilobytes(server.id())? / 1024.0,
        super::child::memory_kilobytes(runner)? / 1024.0,
    );
    let row = Row::new("idle memory (PSS), server with embedded runner", own + its, "MiB");
    rows.add(row.aim(Aim::AtMost(40.0)).note(format!(
        "server {own:.1}, runner {its:.1}; no run yet, binary of {:.0} MiB",
        size(&bench.binary)
    )));
    server.stop()
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn size(file: &Path) -> f64 {
    file.metadata().map_or(0.0, |metadata| metadata.len() as f64) / f64::from(1 << 20)
}
