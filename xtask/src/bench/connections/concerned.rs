//! Which workspaces a commit concerns: how long it takes in a large repository, and whether it is right.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::forge::Forge;
use super::{followed, hook, repository, workspace};
use crate::bench::http::Connection;
use crate::bench::report::{Aim, Row};
use crate::bench::statistics::{median, milliseconds, percentile};
use crate::bench::{Bench, Rows};
use crate::{environment, workspace as project};

/// Asks a server that knows the commit's parent, as it does after each push.
pub(super) fn measure(
    bench: &Bench,
    connection: &mut Connection,
    (forge, integration): (&mut Forge, &str),
    rows: &mut Rows,
) -> Result<()> {
    let (workspaces, files) = (bench.repetitions(1_000, 200), bench.repetitions(100_000, 20_000));
    forge.ask(&format!("monorepo {workspaces} {files}"))?;
    let mono = forge.mono.clone();
    for number in 0..workspaces {
        let directory = format!("live/region-{}/workspace-{number}", number % 20);
        workspace(connection, integration, &mono, &format!("mono-{number}"), &directory)?;
    }
    let repository = repository(connection, &mono)?;
    hook(connection, &repository)?;
    let mut times = Vec::new();
    let (mut cold, mut found) = (0.0, 0);
    for number in 0..=bench.repetitions(20, 5) {
        // Nobody follows this branch, so that nothing is started.
        let commit = forge.ask(&format!("module {number}"))?;
        followed(connection, &repository, "offer", &commit)?;
        let path = format!("/api/v2/repositories/{repository}/commits/{commit}/affected?branch=main&page[size]=100");
        let begin = Instant::now();
        let answer = connection.get(&path)?;
        let took = milliseconds(begin.elapsed());
        found = answer
            .get("data")
            .and_then(serde_json::Value::as_array)
            .map_or(0, Vec::len);
        ensure!(found > 0, "commit {commit} concerns nobody: {answer}");
        if number == 0 {
            cold = took;
        } else {
            times.push(took);
        }
    }
    let row = Row::new(
        format!("which of {workspaces} workspaces a commit in {files} files concerns, p95"),
        percentile(&times, 95.0),
        "ms",
    );
    rows.add(row.aim(Aim::AtMost(100.0)).note(format!(
        "N={}; p50 {:.0} ms; the whole request; {found} of them; the first time {cold:.0} ms",
        times.len(),
        median(&times)
    )));
    Ok(())
}

/// The test that compares a thousand generated commits with reading every file of the repository.
pub(super) fn compare(rows: &mut Rows) -> Result<()> {
    let test = "a_thousand_commits_miss_nothing_and_start_little_too_much";
    let output = Command::new("cargo")
        .args([
            "test",
            "--quiet",
            "--package",
            "slipway-infra",
            "--lib",
            test,
            "--",
            "--nocapture",
        ])
        .current_dir(project::root()?)
        .env_clear()
        .envs(environment::for_builds())
        .output()
        .context("cargo cannot be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find(|line| line.contains("were started needlessly"));
    let line = line.with_context(|| format!("the test says nothing: {said}"))?;
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [commits, needed, needless] = numbers.as_slice() else {
        anyhow::bail!("the test says: {line}");
    };
    // The test fails at the first that is missed.
    let missed = f64::from(u8::from(!output.status.success()));
    let row = Row::new(format!("{commits} generated commits: workspaces missed"), missed, "");
    rows.add(
        row.aim(Aim::Exactly(0.0))
            .note(format!("they concern {needed} workspaces")),
    );
    let row = Row::new(
        format!("{commits} generated commits: needless"),
        needless * 100.0 / needed,
        "%",
    );
    rows.add(row.aim(Aim::AtMost(1.0)));
    Ok(())
}
