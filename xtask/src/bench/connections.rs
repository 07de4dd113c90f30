//! From a push to a plan: a real Gitea, its webhooks, and a server that takes them.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::child;
use super::http::Connection;
use super::report::{Aim, Row};
use super::runs::engine_below;
use super::site::{ORGANIZATION, Site, id, text, wait_for_run};
use super::statistics::{median, milliseconds, percentile};
use super::{Bench, Rows};
use crate::{environment, workspace};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Workspaces that one pull request touches.
const MANY: usize = 50;

/// Pushes to one workspace, then a pull request that touches many.
pub(super) fn connections(bench: &Bench, rows: &mut Rows) -> Result<()> {
    let mut forge = Forge::start()?;
    let loopback = ("SLIPWAY_OUTBOUND_ALLOWED_NETWORKS".to_owned(), "127.0.0.0/8".to_owned());
    let site = Site {
        variables: vec![loopback],
        is_public: true,
        ..bench.site("connections")?
    };
    let server = site.open()?;
    let runner = server.runner_id()?;
    let mut connection = server.api.connect()?;
    let integration = integration(&mut connection, &forge)?;
    forge.ask("push shop 0")?;
    let shop = workspace(&mut connection, &forge, &integration, "shop", "shop")?;
    let repository = repository(&mut connection)?;
    hook(&mut connection, &repository)?;
    let mut times = Times::default();
    for number in 1..=bench.repetitions(20, 5) {
        while engine_below(runner) {
            child::pause(Duration::from_millis(10));
        }
        let commit = forge.ask(&format!("push shop {number}"))?;
        let begin = Instant::now();
        while !engine_below(runner) {
            ensure!(begin.elapsed() < PATIENCE, "no plan was started for commit {commit}");
            child::pause(Duration::from_micros(500));
        }
        times.started.push(milliseconds(begin.elapsed()));
        let run = run_of(&mut connection, &shop, &commit)?;
        times.note(&mut connection, &repository, &run, &commit)?;
        discard(&mut connection, &run)?;
    }
    times.say(rows);
    pull_request(&mut connection, &mut forge, &integration, &repository, rows)?;
    server.stop()
}

/// One request that changes many workspaces: how often the repository is fetched and how many comments are written.
fn pull_request(
    connection: &mut Connection,
    forge: &mut Forge,
    integration: &str,
    repository: &str,
    rows: &mut Rows,
) -> Result<()> {
    forge.ask(&format!("directories {MANY}"))?;
    let mut workspaces = Vec::new();
    for number in 0..MANY {
        let (name, directory) = (format!("many-{number}"), format!("many/{number}"));
        workspaces.push(workspace(connection, forge, integration, &name, &directory)?);
    }
    let begin = Instant::now();
    let number = forge.ask("pull 1")?;
    for workspace in &workspaces {
        let path = format!("/api/v2/workspaces/{workspace}/runs?page[size]=5");
        let planned = |answer: &Value| {
            let runs = answer
                .get("data")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            runs.iter().any(|run| {
                let attribute = |name: &str| run.pointer(&format!("/attributes/{name}")).cloned().unwrap_or_default();
                attribute("commit")
                    .get("pull-request-number")
                    .is_some_and(Value::is_u64)
                    && attribute("status") == "planned_and_finished"
            })
        };
        until(connection, &path, planned)?;
    }
    let took = begin.elapsed().as_secs_f64();
    // The comment is written when the last plan is there.
    let begin = Instant::now();
    let mut comments = forge.ask(&format!("comments {number}"))?;
    while comments == "0" && begin.elapsed() < PATIENCE {
        child::pause(Duration::from_millis(100));
        comments = forge.ask(&format!("comments {number}"))?;
    }
    let row = Row::new(
        format!("{MANY} workspaces on one pull request: comments"),
        comments.parse()?,
        "",
    );
    rows.add(row.aim(Aim::Exactly(1.0)).note(format!(
        "all planned and said {took:.1} s after it was opened; repository {repository}"
    )));
    Ok(())
}

fn integration(connection: &mut Connection, forge: &Forge) -> Result<String> {
    let settings = json!({"method": "token", "url": forge.url, "token": forge.token});
    let attributes = json!({"name": "forge", "kind": "gitea", "settings": settings});
    let body = json!({"data": {"type": "integrations", "attributes": attributes}});
    id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/integrations"), &body)?)
}

fn workspace(
    connection: &mut Connection,
    forge: &Forge,
    integration: &str,
    name: &str,
    directory: &str,
) -> Result<String> {
    let source = json!({"identifier": forge.repository, "integration-id": integration});
    let attributes = json!({"name": name, "working-directory": directory, "vcs-repo": source, "queue-all-runs": false});
    let body = json!({"data": {"type": "workspaces", "attributes": attributes}});
    id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/workspaces"), &body)?)
}

fn repository(connection: &mut Connection) -> Result<String> {
    let found = connection.get(&format!("/api/v2/organizations/{ORGANIZATION}/repositories"))?;
    text(&found, "/data/0/id")
}

/// Waits until the forge has our webhook.
fn hook(connection: &mut Connection, repository: &str) -> Result<()> {
    let path = format!("/api/v2/repositories/{repository}/webhook");
    let begin = Instant::now();
    loop {
        let answer = connection.send("GET", &path, "", b"")?;
        let webhook: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let remote = webhook.pointer("/data/attributes/remote-id");
        if remote.is_some_and(|remote| !remote.is_null()) {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < PATIENCE,
            "the forge has no webhook of ours: {webhook}"
        );
        child::pause(Duration::from_millis(50));
    }
}

fn run_of(connection: &mut Connection, workspace: &str, commit: &str) -> Result<String> {
    let path = format!("/api/v2/workspaces/{workspace}/runs?page[size]=1");
    let is_there = |answer: &Value| {
        answer
            .pointer("/data/0/attributes/commit/sha")
            .is_some_and(|sha| sha == commit)
    };
    text(&until(connection, &path, is_there)?, "/data/0/id")
}

/// What was measured of each push, in milliseconds.
#[derive(Default)]
struct Times {
    /// From the end of the push until the engine runs.
    started: Vec<f64>,
    /// From the webhook until the run is queued, where it was the webhook that started it.
    queued: Vec<f64>,
    /// From the queued run until a runner has it.
    claimed: Vec<f64>,
}

impl Times {
    fn note(&mut self, connection: &mut Connection, repository: &str, run: &str, commit: &str) -> Result<()> {
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

    fn say(&self, rows: &mut Rows) {
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

fn discard(connection: &mut Connection, run: &str) -> Result<()> {
    let path = format!("/api/v2/runs/{run}");
    until(connection, &path, |answer| {
        answer
            .pointer("/data/attributes/status")
            .is_some_and(|status| status == "planned")
    })?;
    connection.post(&format!("{path}/actions/discard"), &json!({}))?;
    wait_for_run(connection, run).map(drop)
}

/// Asks until an answer is as it should be.
fn until(connection: &mut Connection, path: &str, is_right: impl Fn(&Value) -> bool) -> Result<Value> {
    let begin = Instant::now();
    loop {
        let answer = connection.get(path)?;
        if is_right(&answer) {
            return Ok(answer);
        }
        ensure!(begin.elapsed() < PATIENCE, "{path} stays as it is: {answer}");
        child::pause(Duration::from_millis(5));
    }
}

/// `crates/testing/examples/forge.rs`, as a process.
struct Forge {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    url: String,
    token: String,
    repository: String,
}

impl Forge {
    fn start() -> Result<Self> {
        let mut command = Command::new("cargo");
        command
            .args(["run", "--quiet", "--package", "slipway-testing", "--example", "forge"])
            .current_dir(workspace::root()?)
            .env_clear()
            .envs(environment::for_builds())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().context("cargo cannot be started")?;
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().context("no output")?);
        let mut forge = Self {
            process,
            input,
            output,
            url: String::new(),
            token: String::new(),
            repository: String::new(),
        };
        let said = forge.line()?;
        let mut words = said.split_whitespace().map(str::to_owned);
        let mut next = || words.next().with_context(|| format!("the forge says `{said}`"));
        (forge.url, forge.token, forge.repository) = (next()?, next()?, next()?);
        Ok(forge)
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        let input = self.input.as_mut().context("the forge was told to end")?;
        writeln!(input, "{command}")?;
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the forge has ended");
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        // The end of its input ends it, and with it its Gitea.
        self.input.take();
        let _ = self.process.wait();
    }
}
