//! What is read of repositories: the form of a large module, and a repository with many tags.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::publish;
use crate::bench::companion::Companion;
use crate::bench::http::{Api, Connection};
use crate::bench::report::{Aim, Row};
use crate::bench::site::{ORGANIZATION, id};
use crate::bench::statistics::{median, milliseconds, percentile};
use crate::bench::{Bench, Rows};

const VARIABLES: usize = 200;

/// The form of a module with many variables, by whoever orders it.
pub(super) fn form(
    bench: &Bench,
    (api, connection): (&Api, &mut Connection),
    (modules, address): (&mut Companion, &str),
    rows: &mut Rows,
) -> Result<()> {
    modules.ask(&format!("wide {VARIABLES}"))?;
    let documents = json!({
        "templates": [{"key": "wide", "name": "Wide"}],
        "source-codes": [{"name": "wide", "identifier": address.replace("NAME", "wide")}],
        "versions": [{"template": "wide", "source-code": "wide", "tag": "v1.0.0", "lifecycle": "active"}],
    });
    publish(connection, &documents)?;
    let body = json!({"data": {"type": "resources", "attributes": {"template": "wide", "name": "one"}}});
    let bytes = serde_json::to_vec(&body)?;
    let path = format!("/api/v2/organizations/{ORGANIZATION}/resources/actions/form");
    let mut connection = api.connect()?;
    let mut times = Vec::new();
    for number in 0..=bench.repetitions(100, 20) {
        let begin = Instant::now();
        let answer = connection.send("POST", &path, "application/json", &bytes)?;
        let took = milliseconds(begin.elapsed());
        ensure!(answer.status == 200, "the form is answered with {}", answer.status);
        if number > 0 {
            times.push(took);
        } else {
            let form: Value = serde_json::from_slice(&answer.body)?;
            let values = form.pointer("/data/attributes/values").and_then(Value::as_array);
            ensure!(
                values.map(Vec::len) == Some(VARIABLES),
                "the form has not every variable"
            );
        }
    }
    let row = Row::new(
        format!("order form of a module with {VARIABLES} variables, p95"),
        percentile(&times, 95.0),
        "ms",
    );
    let note = format!("N={}; p50 {:.1} ms", times.len(), median(&times));
    rows.add(row.aim(Aim::AtMost(50.0)).note(note));
    Ok(())
}

/// A repository with many tags and modules: until its modules are listed, and after another tag.
pub(super) fn synchronization(
    bench: &Bench,
    connection: &mut Connection,
    (modules, address): (&mut Companion, &str),
    rows: &mut Rows,
) -> Result<()> {
    let (count, tags) = (100, bench.repetitions(1_000, 100));
    modules.ask(&format!("many {count} {tags}"))?;
    let attributes = json!({"name": "many", "identifier": address.replace("NAME", "many")});
    let body = json!({"data": {"type": "source-codes", "attributes": attributes}});
    let begin = Instant::now();
    let path = format!("/api/v2/organizations/{ORGANIZATION}/source-codes");
    let source = id(&connection.post(&path, &body)?)?;
    let synchronize = format!("/api/v2/source-codes/{source}/actions/synchronize");
    connection.post(&synchronize, &json!({}))?;
    listed(connection, &source, count)?;
    let first = milliseconds(begin.elapsed()) / 1e3;
    let row = Row::new(format!("{tags} tags, {count} modules: synchronized first"), first, "s");
    rows.add(
        row.aim(Aim::AtMost(5.0))
            .note("until all modules are listed with their variables"),
    );
    let mut times = Vec::new();
    let (repetitions, mut number) = (bench.repetitions(20, 5), 0);
    while times.len() < repetitions {
        ensure!(
            number < 2 * repetitions,
            "the server fetches tags before it is asked to"
        );
        modules.ask(&format!("tag {}", tags + number))?;
        number += 1;
        let begin = Instant::now();
        let found = connection.post(&synchronize, &json!({}))?;
        let added = found.pointer("/data/attributes/added").and_then(Value::as_array);
        listed(connection, &source, count)?;
        // Without the tag, the server's own look at the repository was faster; that is no measurement.
        if added.map(Vec::len) == Some(1) {
            times.push(milliseconds(begin.elapsed()));
        }
    }
    let row = Row::new("the same after another tag, p95", percentile(&times, 95.0), "ms");
    let note = format!(
        "N={}; p50 {:.0} ms; synchronized and listed",
        times.len(),
        median(&times)
    );
    rows.add(row.aim(Aim::AtMost(300.0)).note(note));
    Ok(())
}

fn listed(connection: &mut Connection, source: &str, count: usize) -> Result<()> {
    let found = connection.get(&format!("/api/v2/source-codes/{source}/modules?page[size]=100"))?;
    let modules = found.get("data").and_then(Value::as_array).context("no list")?;
    ensure!(modules.len() == count, "{} modules are listed", modules.len());
    Ok(())
}
