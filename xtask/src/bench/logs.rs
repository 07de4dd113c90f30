//! A log from a runner to a reader: the bench speaks the runner's protocol, and reads the stream of events.

use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};

use super::http::{Api, Connection, find};
use super::report::{Aim, Row};
use super::site::{ORGANIZATION, Server, create_workspace, id, start_run, text, upload};
use super::statistics::{milliseconds, percentile};
use super::{Bench, Rows, raw};

/// As much as the runner sends at once.
const CHUNK_BYTES: usize = 1 << 20;

/// An offset of the log and when it was reached.
type Mark = (usize, Instant);

/// One run, one reader, as fast as it goes.
pub(super) fn throughput(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("logs")?.without_runner().open()?;
    let (item, plan) = claim(bench, &server)?;
    let bytes = CHUNK_BYTES * bench.repetitions(256, 64);
    let path = format!("/api/v2/plans/{plan}/log/stream");
    let stream = server.api.connect()?.open(&path)?;
    let reader = thread::spawn(move || read(stream, bytes));
    let begin = Instant::now();
    let sent = write(&mut item.api.connect()?, &item.path, bytes)?;
    let seen = reader.join().map_err(|_| anyhow!("the reader panicked"))??;
    let time = seen.last().context("the reader saw nothing")?.1 - begin;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = bytes as f64 / 1e6 / time.as_secs_f64();
    let lags = lags(&sent, &seen);
    rows.add(
        Row::new("log, one run to one reader", rate, "MB/s")
            .aim(Aim::AtLeast(50.0))
            .note(format!(
                "{} MiB in {:.1} s, until the reader had the last byte",
                bytes >> 20,
                time.as_secs_f64()
            )),
    );
    let row = Row::new("log, reader's lag at that rate, p95", percentile(&lags, 95.0), "ms");
    let most = percentile(&lags, 100.0);
    rows.add(
        row.aim(Aim::AtMost(200.0))
            .note(format!("longest {most:.0} ms; from before the runner sends a MiB")),
    );
    server.stop()
}

/// Time from the sending of each chunk until all of it was read, in milliseconds.
fn lags(sent: &[Mark], seen: &[Mark]) -> Vec<f64> {
    let lag = |(offset, at): &Mark| {
        let place = seen.partition_point(|(read, _)| read < offset);
        Some(milliseconds(seen.get(place)?.1.saturating_duration_since(*at)))
    };
    sent.iter().filter_map(lag).collect()
}

struct Item {
    api: Api,
    path: String,
}

/// Registers as a runner and claims the plan of a new run; returns the item and the plan's id.
fn claim(bench: &Bench, server: &Server) -> Result<(Item, String)> {
    let mut connection = server.api.connect()?;
    let pool = json!({"data": {"type": "agent-pools", "attributes": {"name": "bench"}}});
    let pool = id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/agent-pools"), &pool)?)?;
    let token = json!({"data": {"type": "authentication-tokens", "attributes": {"description": "bench"}}});
    let token = connection.post(&format!("/api/v2/agent-pools/{pool}/authentication-tokens"), &token)?;
    let as_runner = Api {
        token: text(&token, "/data/attributes/token")?,
        ..server.api.clone()
    };
    let workspace = create_workspace(&mut connection, "log", Some(&pool))?;
    upload(
        &mut connection,
        &workspace,
        &raw::archive(&bench.folder, raw::CONFIGURATION)?,
    )?;
    let run = start_run(&mut connection, &workspace, json!({"plan-only": true}))?;
    let mut runner = as_runner.connect()?;
    let registration =
        json!({"name": "bench", "version": "0", "platform": "linux_amd64", "sandbox": "none", "slots": 1});
    let registered = runner.post("/api/v2/runners", &registration)?;
    let path = format!("/api/v2/runners/{}/claim", text(&registered, "/runner-id")?);
    let claim = runner.post(&path, &json!({"wait-ms": 5000}))?;
    ensure!(text(&claim, "/context/run-id")? == run, "another run was claimed");
    let item = Item {
        path: format!("/api/v2/work/{}/log", text(&claim, "/work-item-id")?),
        api: Api {
            token: text(&claim, "/run-token")?,
            ..as_runner
        },
    };
    let shown = connection.get(&format!("/api/v2/runs/{run}"))?;
    Ok((item, text(&shown, "/data/relationships/plan/data/id")?))
}

/// Sends lines until `bytes` are there; says when each chunk's sending began.
fn write(connection: &mut Connection, path: &str, bytes: usize) -> Result<Vec<Mark>> {
    let log = lines(CHUNK_BYTES);
    let (mut sent, mut offset) = (Vec::new(), 0);
    while offset < bytes {
        let at = Instant::now();
        let chunk = log.get(offset % CHUNK_BYTES..).unwrap_or_default();
        let answer = connection.put(&format!("{path}?offset={offset}"), chunk)?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let received = answer
            .get("received")
            .and_then(Value::as_u64)
            .context("nothing is said of what was received")?;
        offset = usize::try_from(received)?;
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
