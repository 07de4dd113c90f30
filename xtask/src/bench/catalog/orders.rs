//! Many orders at once, beside the engine alone.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use super::order;
use crate::bench::child::pause;
use crate::bench::http::Connection;
use crate::bench::raw::Raw;
use crate::bench::report::{Aim, Row};
use crate::bench::runs::at_once;
use crate::bench::site::{ORGANIZATION, Server};
use crate::bench::{Bench, Rows};

/// Runs that the embedded runner has at work at once.
const SLOTS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) fn measure(bench: &Bench, server: &Server, rows: &mut Rows) -> Result<()> {
    let mut connection = server.api.connect()?;
    let raw = Raw::new(&bench.tools, &bench.folder.join("raw-orders"))?;
    raw.run("first")?;
    let first = order(&mut connection, "area", "first", &[])?;
    applied(&mut connection, 1)?;
    // One area, three networks in it, sixteen databases in those: each waits for what it stands on.
    let begin = Instant::now();
    let area = order(&mut connection, "area", "shop", &[])?;
    let mut networks = Vec::new();
    for name in ["one", "two", "three"] {
        networks.push(order(&mut connection, "network", name, &[&area])?);
    }
    for (number, network) in networks.iter().cycle().take(16).enumerate() {
        order(&mut connection, "database", &format!("database-{number}"), &[network])?;
    }
    applied(&mut connection, 21)?;
    let took = begin.elapsed().as_secs_f64();
    let mut alone = 0.0;
    for (level, count) in [1, 3, 16].into_iter().enumerate() {
        let names: Vec<String> = (0..count).map(|number| format!("level-{level}-{number}")).collect();
        alone += at_once(SLOTS, &names, |name| raw.run(name).map(drop))?.as_secs_f64();
    }
    let row = Row::new(
        "20 resources on each other over raw runs in the same order",
        took / alone,
        "×",
    );
    rows.add(row.aim(Aim::AtMost(1.5)).baseline(format!(
        "raw {alone:.1} s with {SLOTS} at a time, ordered together {took:.1} s"
    )));
    let count = bench.repetitions(50, 20);
    let begin = Instant::now();
    for number in 0..count {
        order(&mut connection, "network", &format!("at-once-{number}"), &[&first])?;
    }
    applied(&mut connection, 21 + count)?;
    let row = Row::new(format!("{count} resources ordered at once: not made"), 0.0, "");
    rows.add(
        row.aim(Aim::Exactly(0.0))
            .note(format!("{:.1} s in all", begin.elapsed().as_secs_f64())),
    );
    Ok(())
}

/// Waits until so many resources are there and no change is left; one that failed ends the measurement.
fn applied(connection: &mut Connection, count: usize) -> Result<()> {
    let begin = Instant::now();
    let path = format!("/api/v2/organizations/{ORGANIZATION}/resources?filter[state]=provisioned&page[size]=1");
    loop {
        let found = connection.get(&path)?;
        let total = found.pointer("/meta/pagination/total-count").and_then(Value::as_u64);
        if total == Some(u64::try_from(count)?) {
            return Ok(());
        }
        let failed =
            format!("/api/v2/organizations/{ORGANIZATION}/resource-changes?filter[status]=failed&page[size]=1");
        let failed = connection.get(&failed)?;
        let first = failed.pointer("/data/0/attributes/error");
        ensure!(first.is_none(), "a change failed: {first:?}");
        if begin.elapsed() > PATIENCE {
            bail!("{total:?} of {count} resources are there after {PATIENCE:?}");
        }
        pause(Duration::from_millis(20));
    }
}
