//! One pull request that changes many workspaces: how often the repository is fetched, and how many comments are written.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::forge::Forge;
use super::{PATIENCE, followed, integration, repository, until, workspace};
use crate::bench::Rows;
use crate::bench::child;
use crate::bench::http::Connection;
use crate::bench::report::{Aim, Row};

/// Workspaces that it touches.
const MANY: usize = 50;
/// How long nothing is fetched when what was begun has ended.
const QUIET: Duration = Duration::from_secs(2);

pub(super) fn measure(connection: &mut Connection, forge: &mut Forge, rows: &mut Rows) -> Result<()> {
    let counted = forge.counted_url.clone();
    let integration = integration(connection, forge, "counted", &counted)?;
    forge.ask(&format!("directories {MANY}"))?;
    let many = forge.many.clone();
    let mut workspaces = Vec::new();
    for number in 0..MANY {
        let (name, directory) = (format!("many-{number}"), format!("many/{number}"));
        workspaces.push(workspace(connection, &integration, &many, &name, &directory)?);
    }
    let repository = repository(connection, &many)?;
    let commit = forge.ask("branch 1")?;
    followed(connection, &repository, "change-1", &commit)?;
    // What the workspaces and the branch cost is not the request's.
    quiet(forge)?;
    let begin = Instant::now();
    let number = forge.ask("pull 1")?;
    for workspace in &workspaces {
        let path = format!("/api/v2/workspaces/{workspace}/runs?page[size]=5");
        until(connection, &path, has_plan)?;
    }
    let took = begin.elapsed().as_secs_f64();
    let comments = comments(forge, &number)?;
    let fetches = forge.ask("fetches")?;
    let row = Row::new(
        format!("{MANY} workspaces on one pull request: comments"),
        comments.parse()?,
        "",
    );
    rows.add(
        row.aim(Aim::Exactly(1.0))
            .note(format!("all planned {took:.1} s after it was opened")),
    );
    let row = Row::new(
        format!("{MANY} workspaces on one pull request: fetches"),
        fetches.parse()?,
        "",
    );
    rows.add(
        row.aim(Aim::Exactly(1.0))
            .note("counted before the forge, from its opening until its comment"),
    );
    Ok(())
}

/// Waits until nothing was fetched for a while.
fn quiet(forge: &mut Forge) -> Result<()> {
    let begin = Instant::now();
    while forge.ask("fetches")? != "0" || begin.elapsed() < QUIET {
        ensure!(begin.elapsed() < PATIENCE, "the repository is fetched again and again");
        child::pause(QUIET);
    }
    Ok(())
}

/// Whether a speculative plan of a request has ended among a workspace's runs.
fn has_plan(answer: &Value) -> bool {
    let runs = answer.get("data").and_then(Value::as_array);
    runs.into_iter().flatten().any(|run| {
        let number = run.pointer("/attributes/commit/pull-request-number");
        number.is_some_and(Value::is_u64)
            && run
                .pointer("/attributes/status")
                .is_some_and(|status| status == "planned_and_finished")
    })
}

/// How many comments there are once there is one: it is written when the last plan is there.
fn comments(forge: &mut Forge, number: &str) -> Result<String> {
    let begin = Instant::now();
    loop {
        let comments = forge.ask(&format!("comments {number}"))?;
        if comments != "0" {
            return Ok(comments);
        }
        ensure!(begin.elapsed() < PATIENCE, "nothing was said on #{number}");
        child::pause(Duration::from_millis(100));
    }
}
