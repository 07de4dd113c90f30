//! From a push to a plan: a real Gitea, its webhooks, and a server that takes them.

mod burst;
mod concerned;
mod forge;
mod pull_request;
mod times;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use self::forge::Forge;
use self::times::Times;
use super::child;
use super::http::Connection;
use super::runs::engine_below;
use super::site::{ORGANIZATION, Site, id, text, wait_for_run};
use super::statistics::milliseconds;
use super::{Bench, Rows};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pushes to one workspace, a burst of deliveries, a pull request that touches many, and a large repository.
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
    let url = forge.url.clone();
    let integration = integration(&mut connection, &forge, "forge", &url)?;
    forge.ask("push shop 0")?;
    let infra = forge.infra.clone();
    let shop = workspace(&mut connection, &integration, &infra, "shop", "shop")?;
    let repository = repository(&mut connection, &infra)?;
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
    burst::measure(bench, &mut connection, &mut forge, (&repository, &shop), rows)?;
    pull_request::measure(&mut connection, &mut forge, rows)?;
    concerned::measure(bench, &mut connection, (&mut forge, &integration), rows)?;
    server.stop()?;
    concerned::compare(rows)
}

fn integration(connection: &mut Connection, forge: &Forge, name: &str, url: &str) -> Result<String> {
    let settings = json!({"method": "token", "url": url, "token": forge.token});
    let attributes = json!({"name": name, "kind": "gitea", "settings": settings});
    let body = json!({"data": {"type": "integrations", "attributes": attributes}});
    id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/integrations"), &body)?)
}

fn workspace(
    connection: &mut Connection,
    integration: &str,
    repository: &str,
    name: &str,
    directory: &str,
) -> Result<String> {
    let source = json!({"identifier": repository, "integration-id": integration});
    let attributes = json!({"name": name, "working-directory": directory, "vcs-repo": source, "queue-all-runs": false});
    let body = json!({"data": {"type": "workspaces", "attributes": attributes}});
    id(&connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/workspaces"), &body)?)
}

/// The id of a repository that workspaces come from.
fn repository(connection: &mut Connection, name: &str) -> Result<String> {
    let found = connection.get(&format!("/api/v2/organizations/{ORGANIZATION}/repositories"))?;
    let all = found.get("data").and_then(Value::as_array);
    let one = all
        .into_iter()
        .flatten()
        .find(|one| one.pointer("/attributes/full-name").is_some_and(|full| full == name));
    text(one.unwrap_or(&Value::Null), "/id")
}

/// Waits until the server has seen a commit on a branch.
fn followed(connection: &mut Connection, repository: &str, branch: &str, commit: &str) -> Result<()> {
    let path = format!("/api/v2/repositories/{repository}/branches?search[name]={branch}");
    let is_there = |answer: &Value| {
        let all = answer.get("data").and_then(Value::as_array);
        all.into_iter()
            .flatten()
            .any(|one| one.pointer("/attributes/commit").is_some_and(|found| found == commit))
    };
    until(connection, &path, is_there).map(drop)
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
