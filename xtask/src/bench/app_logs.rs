//! What a unit writes, on its way to a reader and when it is looked for: on a Docker Engine of the bench's own.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::child::pause;
use super::engine::Engine;
use super::http::Connection;
use super::report::{Aim, Row};
use super::site::{ORGANIZATION, id, text};
use super::statistics::{milliseconds, percentile};
use super::{Bench, Rows};

/// What the unit writes again and again, a fifth of a second apart.
const BLOCK_BYTES: usize = 4 << 20;
/// On one line alone, the last of them.
const NEEDLE: &str = "needle-31415926";
/// Lines by which the lag is measured, a tenth of a second apart.
const PACED: usize = 100;
/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Until everything is kept.
const PATIENCE: Duration = Duration::from_secs(900);

/// The lag of one who follows, then searches in everything that was kept.
pub(super) fn kept(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let folder = bench.folder.join("app-logs-engine");
    fs::create_dir_all(&folder)?;
    let mut engine = Engine::start(&folder)?;
    let blocks = bench.repetitions(256, 8);
    image(&engine, blocks)?;
    let mut site = bench.site("app-logs")?.without_runner();
    site.variables = [
        ("SLIPWAY_APPS_DOCKER_SOCKET", engine.socket.display().to_string()),
        ("SLIPWAY_APPS_ROUTER_LISTEN", "127.0.0.1:0".to_owned()),
        ("SLIPWAY_APPS_LOG_BYTES_PER_SECOND", (1_u64 << 40).to_string()),
        ("SLIPWAY_APPS_LOG_BYTES", (1_u64 << 40).to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let server = site.open()?;
    let mut connection = server.api.connect()?;
    let app = json!({"data": {"type": "apps", "attributes": {"name": "loud"}}});
    let app = id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/apps"), &app)?)?;
    let deploy = json!({"data": {"type": "deploys", "attributes": {"image": "bench/loud"}}});
    let deploy = id(&connection.post(&format!("/api/v2/apps/{app}/deploys"), &deploy)?)?;
    let begun = Instant::now();
    while text(
        &connection.get(&format!("/api/v2/deploys/{deploy}"))?,
        "/data/attributes/status",
    )? != "deployed"
    {
        ensure!(begun.elapsed() < Duration::from_secs(60), "the deploy does not end");
        pause(Duration::from_millis(20));
    }

    let lags =
        lags(BufReader::new(server.api.connect()?.open(&format!(
            "/api/v2/apps/{app}/logs?follow=true&lines=1&search=paced"
        ))?))?;
    let row = Row::new("log of an app, lag of who follows, p95", percentile(&lags, 95.0), "ms");
    rows.add(row.aim(Aim::AtMost(200.0)).note(format!(
        "longest {:.0} ms; from when the engine had the line",
        percentile(&lags, 100.0)
    )));

    let lines = format!("/api/v2/apps/{app}/log-lines");
    let begun = Instant::now();
    while newest(&mut connection, &lines)?.as_deref() != Some(NEEDLE) {
        ensure!(begun.elapsed() < PATIENCE, "not everything was kept");
        pause(Duration::from_millis(200));
    }
    // Written, too, and not in memory.
    pause(Duration::from_secs(7));
    let mut times = Vec::new();
    for _ in 0..bench.repetitions(9, 3) {
        let begin = Instant::now();
        let found = connection.get(&format!("{lines}?search={NEEDLE}"))?;
        times.push(milliseconds(begin.elapsed()));
        let lines = found.pointer("/data/attributes/lines").and_then(Value::as_array);
        ensure!(
            lines.is_some_and(|lines| lines.len() == 1),
            "the line was not found alone: {found}"
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let megabytes = (BLOCK_BYTES * blocks) as f64 / 1e6;
    let row = Row::new("log of an app, search for one line", percentile(&times, 50.0), "ms");
    rows.add(
        row.aim(Aim::AtMost(1_000.0))
            .note(format!("in {megabytes:.0} MB that were kept")),
    );
    server.stop()?;
    engine.stop()
}

/// What came last.
fn newest(connection: &mut Connection, lines: &str) -> Result<Option<String>> {
    let answer = connection.get(&format!("{lines}?last=1"))?;
    let text = answer.pointer("/data/attributes/lines/0/text").and_then(Value::as_str);
    Ok(text.map(str::to_owned))
}

/// Milliseconds from when the engine had a line until it is read here.
#[expect(
    clippy::disallowed_methods,
    reason = "the times of lines are those of the machine's clock"
)]
fn lags(mut stream: impl BufRead) -> Result<Vec<f64>> {
    let mut lags = Vec::new();
    let mut line = String::new();
    while lags.len() < PACED / 2 {
        line.clear();
        ensure!(stream.read_line(&mut line)? > 0, "the log ended");
        // Between the lines are the sizes of chunks.
        if !line.contains(" paced") {
            continue;
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64();
        lags.push((now - of_day(&line)?).rem_euclid(DAY) * 1e3);
    }
    Ok(lags)
}

/// The second of the day at which a line was written: `2026-11-20T14:30:00.123Z web-1-0 …`.
fn of_day(line: &str) -> Result<f64> {
    let moment = line.split_once('T').and_then(|(_, rest)| rest.split_once('Z'));
    let (clock, _) = moment.context("a line without its time")?;
    let mut seconds = 0.0;
    for part in clock.split(':') {
        seconds = seconds * 60.0 + part.parse::<f64>()?;
    }
    Ok(seconds)
}

/// What the unit runs: it writes so many blocks, then the line that is looked for.
fn image(engine: &Engine, blocks: usize) -> Result<()> {
    let mut block = String::with_capacity(BLOCK_BYTES + 128);
    let mut number = 0_u32;
    while block.len() < BLOCK_BYTES {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writeln!(
            block,
            "GET /orders/{number} 200 {} ms trace={number:08x}{:08x}",
            number % 977,
            !number
        )?;
    }
    let script = format!(
        "i=0; while [ $i -lt {PACED} ]; do i=$((i+1)); /busybox usleep 100000; echo paced; done; \
         i=0; while [ $i -lt {blocks} ]; do i=$((i+1)); /busybox cat /block; /busybox usleep 200000; done; \
         echo {NEEDLE}"
    );
    let serve = "/busybox sh /write & exec /busybox httpd -f -p $PORT -h /";
    engine.image("bench/loud", &[("block", &block), ("write", &script)], serve)
}
