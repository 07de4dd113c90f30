//! What Slipway adds to runs of OpenTofu, and takes away from them.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;

use super::child;
use super::http::{Api, Connection};
use super::raw::{self, Raw};
use super::report::{Aim, Row};
use super::site::{Server, Site, create_workspace, start_run, upload, wait_for_run};
use super::statistics::{median, milliseconds, percentile};
use super::{Bench, Rows};

/// Created → applied, in fresh and in warm workspaces, each beside a raw run; then idle memory after that work.
pub(super) fn ratios(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("runs")?.open()?;
    let raw = Raw::new(&bench.tools, &bench.folder.join("raw"))?;
    let archive = raw::archive(&bench.folder, raw::CONFIGURATION)?;
    let mut connection = server.api.connect()?;
    let warm = create_workspace(&mut connection, "warm", None)?;
    upload(&mut connection, &warm, &archive)?;
    apply(&mut connection, &warm, 0)?;
    raw.run("first")?;
    let (mut raws, mut colds, mut warms) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=bench.repetitions(9, 3) {
        raws.push(milliseconds(raw.run(&format!("ratio-{number}"))?));
        let cold = create_workspace(&mut connection, &format!("cold-{number}"), None)?;
        upload(&mut connection, &cold, &archive)?;
        colds.push(milliseconds(apply(&mut connection, &cold, 0)?));
        warms.push(milliseconds(apply(&mut connection, &warm, number)?));
    }
    let raw = median(&raws);
    let beside = |value: f64| format!("raw {raw:.0} ms, Slipway {value:.0} ms");
    let (cold, warm) = (median(&colds), median(&warms));
    let row = Row::new("created → applied over raw init+plan+apply, p50", cold / raw, "×");
    rows.add(row.aim(Aim::AtMost(1.10)).baseline(beside(cold)));
    let row = Row::new("the same in a warm workspace, p50", warm / raw, "×");
    rows.add(row.aim(Aim::AtMost(0.80)).baseline(beside(warm)));
    server.stop()
}

/// One run with a change, from its request until it is seen to be applied.
fn apply(connection: &mut Connection, workspace: &str, generation: usize) -> Result<Duration> {
    let variables = json!([{"key": "generation", "value": generation.to_string()}]);
    let begin = Instant::now();
    let run = start_run(
        connection,
        workspace,
        json!({"auto-apply": true, "variables": variables}),
    )?;
    let status = wait_for_run(connection, &run)?;
    ensure!(status == "applied", "run {run} is {status}, not applied");
    Ok(begin.elapsed())
}

/// From the request that creates a run to the moment at which a process of the runner is the engine, seen from outside.
pub(super) fn start_latency(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let server = bench.site("start")?.open()?;
    let runner = server.runner_id()?;
    let archive = raw::archive(&bench.folder, raw::CONFIGURATION)?;
    let mut connection = server.api.connect()?;
    let warm = create_workspace(&mut connection, "warm", None)?;
    upload(&mut connection, &warm, &archive)?;
    apply(&mut connection, &warm, 0)?;
    let (mut colds, mut warms) = (Vec::new(), Vec::new());
    for number in 0..bench.repetitions(15, 4) {
        let cold = create_workspace(&mut connection, &format!("fresh-{number}"), None)?;
        upload(&mut connection, &cold, &archive)?;
        colds.push(engine_start(&mut connection, &cold, runner)?);
        warms.push(engine_start(&mut connection, &warm, runner)?);
    }
    let all: Vec<f64> = colds.iter().chain(&warms).copied().collect();
    let row = Row::new("run created → tofu process started, p95", percentile(&all, 95.0), "ms");
    rows.add(row.aim(Aim::AtMost(20.0)).note(format!(
        "N={}; p50 fresh workspace {:.1} ms, warm {:.1} ms; from before the request to exec, seen in /proc",
        all.len(),
        median(&colds),
        median(&warms),
    )));
    server.stop()
}

/// How long the JSON of a plan may take.
const JSON_PATIENCE: Duration = Duration::from_secs(10);

fn engine_start(connection: &mut Connection, workspace: &str, runner: u32) -> Result<f64> {
    // What is still done for the run before must not be taken for the engine of this one.
    while engine_below(runner) {
        child::pause(Duration::from_millis(10));
    }
    let (sender, receiver) = mpsc::channel();
    let begin = Instant::now();
    let watcher = thread::spawn(move || {
        while begin.elapsed() < Duration::from_secs(20) {
            if engine_below(runner) {
                return sender.send(begin.elapsed()).ok();
            }
            child::pause(Duration::from_micros(300));
        }
        None
    });
    let run = start_run(connection, workspace, json!({"plan-only": true}))?;
    let took = receiver.recv().context("no engine was started");
    watcher.join().map_err(|_| anyhow!("the watching thread panicked"))?;
    wait_for_run(connection, &run)?;
    // The plan's JSON is made afterwards, by the engine: it must not be taken for the next run's.
    let path = format!("/api/v2/runs/{run}/plan/json-output");
    let begin = Instant::now();
    while connection.send("GET", &path, "", b"")?.status != 200 && begin.elapsed() < JSON_PATIENCE {
        child::pause(Duration::from_millis(10));
    }
    Ok(milliseconds(took?))
}

/// Whether a process of the runner, or one that a process of it started, is the engine.
pub(super) fn engine_below(runner: u32) -> bool {
    let is_engine = |id: &u32| child::name(*id) == "tofu";
    child::children(runner)
        .iter()
        .any(|id| is_engine(id) || child::children(*id).iter().any(is_engine))
}

/// As many runs at once as many raw ones, both with as many at work as the runner has slots.
pub(super) fn parallel(bench: &Bench, rows: &mut Rows) -> Result<()> {
    const SLOTS: usize = 4;
    let count = bench.repetitions(20, 8);
    let server = bench.site("parallel")?.open()?;
    let archive = raw::archive(&bench.folder, raw::CONFIGURATION)?;
    let workspaces = workspaces(&server, count, &archive)?;
    let raw = Raw::new(&bench.tools, &bench.folder.join("raw-parallel"))?;
    raw.run("first")?;
    apply(
        &mut server.api.connect()?,
        workspaces.first().context("no workspace")?,
        0,
    )?;
    let names: Vec<String> = (0..count).map(|number| format!("run-{number}")).collect();
    let raw_time = at_once(SLOTS, &names, |name| raw.run(name).map(drop))?;
    let time = runs_at_once(&server.api, &workspaces)?;
    let (raw_time, time) = (raw_time.as_secs_f64(), time.as_secs_f64());
    let row = Row::new(
        format!("{count} runs in {count} workspaces at once, rate over raw"),
        raw_time / time,
        "×",
    );
    rows.add(row.aim(Aim::AtLeast(0.8)).baseline(format!(
        "raw {raw_time:.1} s with {SLOTS} at a time, Slipway {time:.1} s with {SLOTS} slots"
    )));
    server.stop()
}

pub(super) fn workspaces(server: &Server, count: usize, archive: &[u8]) -> Result<Vec<String>> {
    let mut connection = server.api.connect()?;
    let make = |number: usize| {
        let workspace = create_workspace(&mut connection, &format!("parallel-{number}"), None)?;
        upload(&mut connection, &workspace, archive)?;
        Ok(workspace)
    };
    (0..count).map(make).collect()
}

/// Starts a run in every workspace and waits until all are applied.
pub(super) fn runs_at_once(api: &Api, workspaces: &[String]) -> Result<Duration> {
    let mut connection = api.connect()?;
    let begin = Instant::now();
    let variables = json!([{"key": "generation", "value": "1"}]);
    let mut start = |workspace: &String| {
        start_run(
            &mut connection,
            workspace,
            json!({"auto-apply": true, "variables": variables}),
        )
    };
    let runs = workspaces.iter().map(&mut start).collect::<Result<Vec<_>>>()?;
    for run in &runs {
        let status = wait_for_run(&mut connection, run)?;
        ensure!(status == "applied", "run {run} is {status}, not applied");
    }
    Ok(begin.elapsed())
}

/// Does `work` for each item, with `width` at a time.
pub(super) fn at_once<T: Sync>(width: usize, items: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<Duration> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let begin = Instant::now();
    let one = || -> Result<()> {
        while let Some(item) = items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            work(item)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..width).map(|_| scope.spawn(one)).collect();
        let mut results = workers.into_iter().map(|worker| worker.join());
        results.try_for_each(|result| result.map_err(|_| anyhow!("a thread panicked"))?)
    })?;
    Ok(begin.elapsed())
}

/// Runs at once that all need the same providers, which this machine has never had; a registry counts what is fetched.
pub(super) fn cold_cache(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let count = bench.repetitions(20, 8);
    let registry = super::registry::Registry::start(bench)?;
    let site = Site {
        mirror: std::path::PathBuf::new(),
        variables: registry.variables(),
        ..bench.site("cold-cache")?
    };
    let server = site.open()?;
    let archive = raw::archive(&bench.folder, &registry.configuration())?;
    let workspaces = workspaces(&server, count, &archive)?;
    runs_at_once(&server.api, &workspaces)?;
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let downloads = registry.downloads()? as f64;
    let row = Row::new(
        format!("{count} runs at once, same provider, cold cache: downloads"),
        downloads,
        "",
    );
    rows.add(row.aim(Aim::Exactly(1.0)).note(format!(
        "{count} of {count} runs applied, 0 errors; counted by a registry"
    )));
    server.stop()
}
