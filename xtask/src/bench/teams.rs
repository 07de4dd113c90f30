//! What a list takes for who sees a part of it by a team: 200 teams with 10 workspaces each, and one of them with 1,000.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::http::{Api, Connection};
use super::report::{Aim, Row};
use super::site::ORGANIZATION;
use super::{Bench, Rows, load};

const TEAMS: usize = 200;
const WORKSPACES_OF_EACH: usize = 10;
const WORKSPACES_OF_ONE: usize = 1_000;

/// Lists as the team with many workspaces, out of all there are.
pub(super) fn lists(bench: &Bench, rows: &mut Rows, api: &Api, name: &str) -> Result<()> {
    let mut connection = api.connect()?;
    let workspaces = workspaces(&mut connection, WORKSPACES_OF_ONE.max(TEAMS * WORKSPACES_OF_EACH))?;
    let mut last = String::new();
    for (number, own) in workspaces.chunks(WORKSPACES_OF_EACH).take(TEAMS).enumerate() {
        last = team(&mut connection, number)?;
        give(&mut connection, &last, own)?;
    }
    // The last ones are its own already.
    let more = WORKSPACES_OF_ONE - WORKSPACES_OF_EACH;
    give(
        &mut connection,
        &last,
        workspaces.get(..more).context("there are too few workspaces")?,
    )?;
    let body = json!({"data": {"type": "authentication-tokens", "attributes": {}}});
    let made = connection.post(&format!("/api/v2/teams/{last}/authentication-token"), &body)?;
    let team = Api {
        address: api.address.clone(),
        token: text(&made, "/data/attributes/token")?,
    };
    let path = format!("/api/v2/organizations/{ORGANIZATION}/workspaces?page[size]=100");
    let load = load::get(&team, &path, 1, bench.seconds(2))?;
    let what = format!("workspaces, 100 of a team's 1,000 of 10,000, {TEAMS} teams, {name}");
    rows.add(Row::new(format!("list {what}, p50"), load.p50_ms, "ms").aim(Aim::AtMost(4.0)));
    rows.add(Row::new(format!("list {what}, p95"), load.p95_ms, "ms").aim(Aim::AtMost(15.0)));
    Ok(())
}

/// Ids of the first workspaces.
fn workspaces(connection: &mut Connection, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for page in 1..=count.div_ceil(100) {
        let path = format!("/api/v2/organizations/{ORGANIZATION}/workspaces?page[size]=100&page[number]={page}");
        let answer = connection.get(&path)?;
        let listed = answer.pointer("/data").and_then(Value::as_array).context("no list")?;
        for workspace in listed {
            ids.push(text(workspace, "/id")?);
        }
    }
    Ok(ids)
}

fn team(connection: &mut Connection, number: usize) -> Result<String> {
    let body = json!({"data": {"type": "teams", "attributes": {"name": format!("team-{number:03}")}}});
    let made = connection.post(&format!("/api/v2/organizations/{ORGANIZATION}/teams"), &body)?;
    text(&made, "/data/id")
}

fn give(connection: &mut Connection, team: &str, workspaces: &[String]) -> Result<()> {
    for workspace in workspaces {
        let body = json!({"data": {
            "type": "team-workspaces",
            "attributes": {"access": "read"},
            "relationships": {
                "team": {"data": {"type": "teams", "id": team}},
                "workspace": {"data": {"type": "workspaces", "id": workspace}},
            },
        }});
        connection.post("/api/v2/team-workspaces", &body)?;
    }
    Ok(())
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("there is no {pointer} in {value}"))?
        .to_owned())
}
