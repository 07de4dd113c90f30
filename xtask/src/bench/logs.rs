//! A log from a runner to a reader: the bench speaks the runner's protocol, and reads the stream of events.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::child::pause;
use super::http::{Api, find};
use super::report::{Aim, Row};
use super::site::{ORGANIZATION, Server, create_workspace, id, start_run, text, upload};
use super::statistics::{milliseconds, percentile};
use super::{Bench, Rows, raw};

/// As much as the runner sends at once.
const CHUNK_BYTES: usize = 1 << 20;

/// An offset of the log and when it was reached.
type Mark = (usize, Instant);

/// The rate at which the lag is to be kept.
const PACE_BYTES: usize = 50_000_000;

/// One run, one reader: as fast as it goes, then at the pace that is aimed at.
pub(super) fn throughput(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("logs")?.without_runner().open()?;
    let source = Source::new(bench, &server)?;
    let (bytes, time, lags) = transfer(&source, CHUNK_BYTES * bench.repetitions(256, 64), None)?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = bytes as f64 / 1e6 / time.as_secs_f64();
    rows.add(
        Row::new("log, one run to one reader", rate, "MB/s")
            .aim(Aim::AtLeast(50.0))
            .note(format!(
                "{} MiB in {:.1} s, until the reader had the last byte; lag p95 {:.0} ms then",
                bytes >> 20,
                time.as_secs_f64(),
                percentile(&lags, 95.0)
            )),
    );
    let pace = Duration::from_secs_f64(1.0 / 50.0);
    let (bytes, time, lags) = transfer(&source, PACE_BYTES * bench.repetitions(4, 1), Some(pace))?;
    let row = Row::new("log, reader's lag at 50 MB/s, p95", percentile(&lags, 95.0), "ms");
    rows.add(row.aim(Aim::AtMost(200.0)).note(format!(
        "longest {:.0} ms; {} MB in {:.1} s, a MB each 20 ms; from before it is sent",
        percentile(&lags, 100.0),
        bytes / 1_000_000,
        time.as_secs_f64()
    )));
    server.stop()
}

/// Sends a log and reads it meanwhile: its bytes, the time until the reader had all, and the lag of each chunk.
fn transfer(source: &Source, bytes: usize, pace: Option<Duration>) -> Result<(usize, Duration, Vec<f64>)> {
    let (item, plan) = source.claim(if pace.is_some() { "paced" } else { "fast" })?;
    let path = format!("/api/v2/plans/{plan}/log/stream");
    let stream = source.api.connect()?.open(&path)?;
    let reader = thread::spawn(move || read(stream, bytes));
    let begin = Instant::now();
    let sent = write(&item, bytes, pace)?;
    let seen = reader.join().map_err(|_| anyhow!("the reader panicked"))??;
    let time = seen.last().context("the reader saw nothing")?.1 - begin;
    let last = sent.last().map_or(0, |(offset, _)| *offset);
    Ok((last, time, lags(&sent, &seen)))
}

/// Time from the sending of each chunk until all of it was read, in milliseconds.
fn lags(sent: &[Mark], seen: &[Mark]) -> Vec<f64> {
    let lag = |(offset, at): &Mark| {
        let place = seen.partition_point(|(read, _)| read < offset);
        Some(milliseconds(seen.get(place)?.1.saturating_duration_since(*at)))
    };
    sent.iter().filter_map(lag).collect()
}

/// Where runs of a pool of ours come from.
pub(super) struct Source {
    api: Api,
    runner: Api,
    runner_id: String,
    pool: String,
    archive: Vec<u8>,
}

pub(super) struct Item {
    pub(super) api: Api,
    path: String,
}

impl Item {
    /// The address of a part of the item.
    pub(super) fn part(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }
}

impl Source {
    /// Makes a runner pool and registers as a runner of it.
    pub(super) fn new(bench: &Bench, server: &Server) -> Result<Self> {
        let mut connection = server.api.connect()?;
        let pool = json!({"data": {"type": "agent-pools", "attributes": {"name": "bench"}}});
        let pool = id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/agent-pools"), &pool)?)?;
        let token = json!({"data": {"type": "authentication-tokens", "attributes": {"description": "bench"}}});
        let token = connection.post(&format!("/api/v2/agent-pools/{pool}/authentication-tokens"), &token)?;
        let runner = Api {
            token: text(&token, "/data/attributes/token")?,
            ..server.api.clone()
        };
        let registration =
            json!({"name": "bench", "version": "0", "platform": "linux_amd64", "sandbox": "none", "slots": 1});
        let registered = runner.connect()?.post("/api/v2/runners", &registration)?;
        Ok(Self {
            api: server.api.clone(),
            runner,
            runner_id: text(&registered, "/runner-id")?,
            pool,
            archive: raw::archive(&bench.folder, raw::CONFIGURATION)?,
        })
    }

    /// Claims the plan of a new run in a new workspace; returns the item and the plan's id.
    pub(super) fn claim(&self, name: &str) -> Result<(Item, String)> {
        let mut connection = self.api.connect()?;
        let workspace = create_workspace(&mut connection, name, Some(&self.pool))?;
        upload(&mut connection, &workspace, &self.archive)?;
        let run = start_run(&mut connection, &workspace, json!({"plan-only": true}))?;
        let path = format!("/api/v2/runners/{}/claim", self.runner_id);
        let claim = self.runner.connect()?.post(&path, &json!({"wait-ms": 5000}))?;
        ensure!(text(&claim, "/context/run-id")? == run, "another run was claimed");
        let item = Item {
            path: format!("/api/v2/work/{}", text(&claim, "/work-item-id")?),
            api: Api {
                token: text(&claim, "/run-token")?,
                ..self.runner.clone()
            },
        };
        let shown = connection.get(&format!("/api/v2/runs/{run}"))?;
        Ok((item, text(&shown, "/data/relationships/plan/data/id")?))
    }
}

/// Sends lines until `bytes` are there, a megabyte every `pace` if there is one; says when each sending began.
fn write(item: &Item, bytes: usize, pace: Option<Duration>) -> Result<Vec<Mark>> {
    let chunk_bytes = if pace.is_some() { 1_000_000 } else { CHUNK_BYTES };
    let (mut connection, log) = (item.api.connect()?, lines(chunk_bytes));
    let (begin, mut sent, mut offset) = (Instant::now(), Vec::new(), 0);
    while offset < bytes {
        if let (Some(pace), Ok(chunks)) = (pace, u32::try_from(offset / chunk_bytes)) {
            pause((pace * chunks).saturating_sub(begin.elapsed()));
        }
        let at = Instant::now();
        let chunk = log.get(offset % chunk_bytes..).unwrap_or_default();
        let answer = connection.put(&format!("{}?offset={offset}", item.part("log")), chunk)?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let received = answer.get("received").and_then(Value::as_u64);
        offset = usize::try_from(received.context("nothing is said of what was received")?)?;
        sent.push((offset, at));
    }
    Ok(sent)
}

/// Text as engines print it, no line like another.
fn lines(length: usize) -> Vec<u8> {
    let mut text = String::with_capacity(length + 128);
    let mut number: u64 = 0x9E37_79B9_7F4A_7C15;
    while text.len() < length {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text.push_str(&format!(
            "module.network.aws_subnet.private[{}]: Still creating... [id=subnet-{number:016x}]\n",
            number >> 56
        ));
    }
    text.truncate(length - 1);
    text.push('\n');
    text.into_bytes()
}

/// Reads the stream of events until the log's byte `end` was seen; says when each event's offset was.
fn read(mut stream: TcpStream, end: usize) -> Result<Vec<Mark>> {
    const FIELD: &[u8] = b"\nid: ";
    let mut seen: Vec<Mark> = Vec::new();
    let (mut buffer, mut held) = (vec![0; 256 << 10], Vec::new());
    loop {
        let count = stream.read(&mut buffer)?;
        ensure!(count > 0, "the server ended the stream");
        let now = Instant::now();
        held.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let mut rest = held.as_slice();
        // An event says its offset first, so the offset counts when the next event begins, or at the end.
        while let Some(place) = find(rest, FIELD) {
            let after = rest.get(place + FIELD.len()..).unwrap_or_default();
            let Some(length) = after.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let Some(data_end) = find(after, b"\n\n") else { break };
            let number = std::str::from_utf8(after.get(..length).unwrap_or_default())?.trim();
            seen.push((number.parse()?, now));
            rest = after.get(data_end..).unwrap_or_default();
        }
        held = rest.to_vec();
        if seen.last().is_some_and(|(offset, _)| *offset >= end) {
            return Ok(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_has_its_length_and_ends_with_a_line() {
        let log = lines(1000);
        assert_eq!((log.len(), log.last()), (1000, Some(&b'\n')));
    }

    #[test]
    fn a_lag_lasts_until_the_whole_chunk_was_read() {
        let (begin, second) = (Instant::now(), std::time::Duration::from_secs(1));
        let found = lags(
            &[(10, begin), (20, begin)],
            &[(9, begin), (15, begin + second), (20, begin + 2 * second)],
        );
        assert_eq!(found, [1000.0, 2000.0]);
    }
}
