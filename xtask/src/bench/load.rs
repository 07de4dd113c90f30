//! Many connections that send one request as often as they can.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::http::Api;
use super::statistics::{milliseconds, percentile};

pub(super) struct Load {
    /// Requests a second.
    pub(super) rate: f64,
    pub(super) p50_ms: f64,
    pub(super) p95_ms: f64,
    pub(super) p99_ms: f64,
}

/// GETs `path` over `connections` for `duration`, after a second to warm up.
pub(super) fn get(api: &Api, path: &str, connections: usize, duration: Duration) -> Result<Load> {
    let request = api.request("GET", path, "", b"");
    let start = Barrier::new(connections);
    let results = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| one(api, &request, &start, duration)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Result<Vec<f64>>>| {
            worker.join().map_err(|_| anyhow!("a connection's thread panicked"))?
        };
        workers.into_iter().map(join).collect::<Result<Vec<_>>>()
    })?;
    let samples: Vec<f64> = results.into_iter().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = samples.len() as f64 / duration.as_secs_f64();
    Ok(Load {
        rate,
        p50_ms: percentile(&samples, 50.0),
        p95_ms: percentile(&samples, 95.0),
        p99_ms: percentile(&samples, 99.0),
    })
}

const WARM_UP: Duration = Duration::from_secs(1);

fn one(api: &Api, request: &[u8], start: &Barrier, duration: Duration) -> Result<Vec<f64>> {
    let prepared = api.connect().and_then(|mut connection| {
        let length = connection.answer_length(request)?;
        Ok((connection, length))
    });
    start.wait();
    let (mut connection, length) = prepared.context("a connection could not be made")?;
    let mut buffer = vec![0; length];
    let (begin, mut samples) = (Instant::now(), Vec::new());
    loop {
        let sent = Instant::now();
        connection.repeat(request, length, &mut buffer)?;
        let since = begin.elapsed();
        if since > WARM_UP + duration {
            return Ok(samples);
        }
        if since > WARM_UP {
            samples.push(milliseconds(sent.elapsed()));
        }
    }
}
