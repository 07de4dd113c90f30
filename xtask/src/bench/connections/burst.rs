//! Many deliveries at once: none is lost, none counts twice.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::PATIENCE;
use super::forge::Forge;
use crate::bench::child;
use crate::bench::http::Connection;
use crate::bench::report::{Aim, Row};
use crate::bench::{Bench, Rows};

/// A real Gitea tells again and again of the newest push, each time as a delivery of its own.
pub(super) fn measure(
    bench: &Bench,
    connection: &mut Connection,
    forge: &mut Forge,
    (repository, workspace): (&str, &str),
    rows: &mut Rows,
) -> Result<()> {
    let count = bench.repetitions(1_000, 100);
    let runs = format!("/api/v2/workspaces/{workspace}/runs?page[size]=1");
    let all = format!("/api/v2/repositories/{repository}/deliveries?page[size]=1");
    let handled = format!("{all}&filter[state]=handled");
    let (runs_before, before) = (total(connection, &runs)?, total(connection, &handled)?);
    let begin = Instant::now();
    let hook = forge.ask(&format!("burst {count}"))?;
    let sent = begin.elapsed().as_secs_f64();
    let wanted = before + u64::try_from(count)?;
    while total(connection, &handled)? < wanted && begin.elapsed() < PATIENCE * 5 {
        child::pause(Duration::from_millis(50));
    }
    let took = begin.elapsed().as_secs_f64();
    // One that comes after the last would be too much.
    child::pause(Duration::from_secs(1));
    let (arrived, after) = (total(connection, &all)?, total(connection, &handled)?);
    let lost = wanted.saturating_sub(after);
    ensure!(arrived >= after, "{arrived} deliveries, of which {after} were handled");
    let row = Row::new(format!("{count} deliveries in a burst: lost"), number(lost), "");
    rows.add(row.aim(Aim::Exactly(0.0)).note(format!(
        "Gitea took {sent:.1} s to be told ({hook}); all handled {took:.1} s after the first"
    )));
    let doubled = after.saturating_sub(wanted) + total(connection, &runs)?.saturating_sub(runs_before);
    let row = Row::new(format!("{count} deliveries in a burst: doubled"), number(doubled), "");
    rows.add(
        row.aim(Aim::Exactly(0.0))
            .note("deliveries too many, and runs that they started again"),
    );
    Ok(())
}

fn total(connection: &mut Connection, path: &str) -> Result<u64> {
    let answer = connection.get(path)?;
    let total = answer.pointer("/meta/pagination/total-count").and_then(Value::as_u64);
    total.ok_or_else(|| anyhow::anyhow!("{path} does not say how many there are: {answer}"))
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn number(count: u64) -> f64 {
    count as f64
}
