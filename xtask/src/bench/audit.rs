//! A million events: pages of the list, an export, and the verification of that.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::load;
use super::postgres::Postgres;
use super::report::{Aim, Row};
use super::site::{ORGANIZATION, Server, Site};
use super::statistics::milliseconds;
use super::{Bench, Rows};
use crate::{environment, process};

const FILL: &str = include_str!("audit.py");
const COLUMNS: &str = "id,organization_id,project_id,action,actor_kind,actor_id,actor_name,object_kind,object_id,\
                       object_name,access_id,changes,request_id,remote_address,created_at,position,hash";
/// What is asked for, and what it is called.
const LISTS: [(&str, &str); 7] = [
    ("", "the newest"),
    ("&page[after]=evt-{middle}", "in the middle, by cursor"),
    ("&filter[action]=organization.updated", "a rare action"),
    ("&filter[action]=run", "an action and all below it"),
    ("&filter[actor]=user-0000000000000042", "by one person"),
    ("&filter[object]=run-0000000000500000", "of one object"),
    (
        "&filter[from]=2025-11-01T00:00:00Z&filter[to]=2025-11-02T00:00:00Z",
        "of one day",
    ),
];

pub(super) fn audit(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let site = bench.site("audit")?.without_runner();
    on(bench, rows, &site, None, "SQLite")?;
    let cluster = Postgres::start(&bench.folder.join("postgres-audit"))?;
    let site = bench.site("audit-postgres")?.without_runner();
    let site = site.on_database(Some(cluster.url()));
    on(bench, rows, &site, Some(&cluster), "PostgreSQL")?;
    cluster.stop()
}

fn on(bench: &Bench, rows: &mut Rows, site: &Site, cluster: Option<&Postgres>, name: &str) -> Result<()> {
    let count: u32 = if bench.quick { 100_000 } else { 1_000_000 };
    let server = site.open()?;
    fill(bench, site, cluster, count)?;
    let middle = format!("evt-{}", middle(count));
    for (query, what) in LISTS {
        let query = query.replace("evt-{middle}", &middle);
        let path = format!("/api/v2/organizations/{ORGANIZATION}/events?page[size]=100{query}");
        let load = load::get(&server.api, &path, 1, bench.seconds(2))?;
        let row = Row::new(
            format!("list events, {what}, of {count}, {name}, p95"),
            load.p95_ms,
            "ms",
        );
        rows.add(row.aim(Aim::AtMost(50.0)).note(format!("p50 {:.2} ms", load.p50_ms)));
    }
    let file = bench.folder.join(format!("{name}.jsonl"));
    let begin = Instant::now();
    slipway(bench, &server, &["audit", "export"], Some(&file))?;
    let exported = milliseconds(begin.elapsed()) / 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let size = file.metadata()?.len() as f64 / f64::from(1 << 20);
    let row = Row::new(format!("export {count} events, {name}"), exported, "s");
    rows.add(row.note(format!("{size:.0} MiB")));
    let begin = Instant::now();
    slipway(bench, &server, &["audit", "verify", &file.to_string_lossy()], None)?;
    let verified = milliseconds(begin.elapsed()) / 1000.0;
    let row = Row::new(
        format!("verify an export of {count} events, from {name}"),
        verified,
        "s",
    );
    rows.add(
        row.aim(Aim::AtMost(10.0))
            .note("without a server; the hashes were made by another program"),
    );
    let begin = Instant::now();
    slipway(bench, &server, &["audit", "verify"], None)?;
    let verified = milliseconds(begin.elapsed()) / 1000.0;
    rows.add(
        Row::new(
            format!("verify {count} events as the server has them, {name}"),
            verified,
            "s",
        )
        .aim(Aim::AtMost(10.0)),
    );
    std::fs::remove_file(file)?;
    server.stop()
}

/// The id of the event in the middle, as the program that fills makes them.
fn middle(count: u32) -> String {
    let base36 = |mut number: u64| {
        let mut digits = [b'0'; 8];
        for digit in digits.iter_mut().rev() {
            *digit = *b"0123456789abcdefghijklmnopqrstuvwxyz"
                .get((number % 36) as usize)
                .unwrap_or(&b'0');
            number /= 36;
        }
        String::from_utf8_lossy(&digits).into_owned()
    };
    let number = u64::from(count / 2);
    let since_epoch_ms = 1_760_000_000_000 - 1_577_836_800_000 + number * 2_000;
    format!("{}{}", base36(since_epoch_ms), base36(number))
}

/// Waits until the sequencer has done what there was, and puts the events behind that.
fn fill(bench: &Bench, site: &Site, cluster: Option<&Postgres>, count: u32) -> Result<()> {
    let program = bench.folder.join("audit.py");
    std::fs::write(&program, FILL)?;
    let select = |sql: &str| match cluster {
        Some(cluster) => Ok(cluster.run(sql)?.trim().to_owned()),
        None => sqlite(&site.data.join("slipway.db"), sql),
    };
    let patience = Instant::now();
    while select("SELECT count(*) FROM events WHERE position IS NULL")? != "0" {
        ensure!(patience.elapsed().as_secs() < 30, "the sequencer does nothing");
        super::child::pause(std::time::Duration::from_millis(50));
    }
    let organization = select(&format!("SELECT id FROM organizations WHERE name = '{ORGANIZATION}'"))?;
    let last = select("SELECT max(position) FROM events")?;
    let hash = select(&format!(
        "SELECT hash FROM events WHERE organization_id = '{organization}' ORDER BY position DESC LIMIT 1"
    ))?;
    let target = match cluster {
        Some(_) => bench.folder.join("events.csv"),
        None => site.data.join("slipway.db"),
    };
    let mut command = Command::new("python3");
    command
        .arg(&program)
        .args([&count.to_string(), &organization, &last, &hash])
        .arg(&target);
    process::output(&mut command)?;
    if let Some(cluster) = cluster {
        cluster.run(&format!("\\copy events ({COLUMNS}) FROM '{}' CSV", target.display()))?;
        cluster.run("ANALYZE")?;
    }
    Ok(())
}

fn sqlite(file: &Path, sql: &str) -> Result<String> {
    let program =
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=30).execute(sys.argv[2]).fetchone()[0])";
    let mut command = Command::new("python3");
    Ok(process::output(command.args(["-c", program]).arg(file).arg(sql))?
        .trim()
        .to_owned())
}

/// The command line, as somebody uses it.
fn slipway(bench: &Bench, server: &Server, arguments: &[&str], to: Option<&Path>) -> Result<()> {
    let mut command = Command::new(&bench.binary);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", environment::search_path())
        .env("HOME", &bench.folder)
        .env("SLIPWAY_URL", format!("http://{}", server.api.address))
        .env("SLIPWAY_TOKEN", &server.api.token)
        .env("SLIPWAY_ORGANIZATION", ORGANIZATION)
        .current_dir(&bench.folder);
    let Some(to) = to else {
        return process::output(&mut command).map(drop);
    };
    let status = command.stdout(File::create(to)?).status()?;
    ensure!(status.success(), "`{}` failed", process::describe(&command));
    to.metadata().map(drop).context("nothing was exported")
}
