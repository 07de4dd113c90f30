//! From a webhook to a run, and from a push to a plan.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::PATIENCE;
use crate::bench::Rows;
use crate::bench::child;
use crate::bench::http::Connection;
use crate::bench::report::{Aim, Row};
use crate::bench::site::text;
use crate::bench::statistics::{median, percentile};

/// What was measured of each push, in milliseconds.
#[derive(Default)]
pub(super) struct Times {
    /// From the end of the push until the engine runs.
    pub(super) started: Vec<f64>,
    /// From the webhook until the run is queued, where it was the webhook that started it.
    queued: Vec<f64>,
    /// From the queued run until a runner has it.
    claimed: Vec<f64>,
}

impl Times {
    /// Adds the server's own times of a push.
    pub(super) fn note(
        &mut self,
        connection: &mut Connection,
        repository: &str,
        run: &str,
        commit: &str,
    ) -> Result<()> {
        let received = clock(&delivery(connection, repository, commit)?)?;
        let run = connection.get(&format!("/api/v2/runs/{run}"))?;
        let at = |status: &str| clock(&text(&run, &format!("/data/attributes/status-timestamps/{status}-at"))?);
        let (queued, planning) = (at("plan-queued")?, at("planning")?);
        if queued >= received {
            self.queued.push(queued - received);
        }
        self.claimed.push(planning - queued);
        Ok(())
    }

    /// The rows.
    pub(super) fn say(&self, rows: &mut Rows) {
        let row = Row::new("webhook → run queued, p95", percentile(&self.queued, 95.0), "ms");
        rows.add(row.aim(Aim::AtMost(100.0)).note(format!(
            "N={}; p50 {:.0} ms; by the server's own times, with the fetch",
            self.queued.len(),
            median(&self.queued)
        )));
        let row = Row::new(
            "push → plan process started, p95",
            percentile(&self.started, 95.0),
            "ms",
        );
        rows.add(row.aim(Aim::AtMost(400.0)).note(format!(
            "N={}; p50 {:.0} ms from the end of `git push`; of it from queued to claimed {:.0} ms",
            self.started.len(),
            median(&self.started),
            median(&self.claimed)
        )));
    }
}

/// When the delivery that tells of a commit came.
fn delivery(connection: &mut Connection, repository: &str, commit: &str) -> Result<String> {
    let begin = Instant::now();
    loop {
        let list = connection.get(&format!("/api/v2/repositories/{repository}/deliveries?page[size]=5"))?;
        for found in list.get("data").and_then(Value::as_array).into_iter().flatten() {
            let id = found
                .get("id")
                .and_then(Value::as_str)
                .context("a delivery without an id")?;
            let whole = connection.get(&format!("/api/v2/deliveries/{id}"))?;
            let body = whole.pointer("/data/attributes/body").and_then(Value::as_str);
            if body.is_some_and(|body| body.contains(&format!("\"after\": \"{commit}\""))) {
                return text(&whole, "/data/attributes/received-at");
            }
        }
        ensure!(begin.elapsed() < PATIENCE, "no delivery tells of commit {commit}");
        child::pause(Duration::from_millis(20));
    }
}

/// Milliseconds of the day of a time as `2026-01-01T10:00:00.123Z`.
fn clock(time: &str) -> Result<f64> {
    let of_day = time.split_once('T').and_then(|(_, rest)| rest.strip_suffix('Z'));
    let parts: Vec<&str> = of_day.context("no time")?.split(':').collect();
    let [hours, minutes, seconds] = parts.as_slice() else {
        bail!("{time} is no time")
    };
    let number = |text: &str| text.parse::<f64>().context("no number");
    Ok(((number(hours)? * 60.0 + number(minutes)?) * 60.0 + number(seconds)?) * 1e3)
}
