//! The authorization matrix: every operation, called by everybody.
//!
//! `matrix.txt` has a line per operation and a column per caller: `401`, `403` and `404` as answered; `ok` for success,
//! and for a refusal that is only about the object's state or the body; `none` for success that shows nothing.
//! `SLIPWAY_UPDATE_MATRIX=1` writes it anew: review every changed cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::Value;
use slipway_identity::roles::BUILT_IN;
use slipway_kernel::grants::Permission;
use slipway_testing::checkout;

use super::fixture::{CALLERS, Fixture};
use super::operations::{Row, Sent, rows};
use crate::support::{Caller, TestApp};

const COMMITTED: &str = include_str!("matrix.txt");

/// An operation as the document has it.
pub(super) struct Operation {
    pub(super) method: String,
    path: String,
    permission: String,
}

/// What one caller was answered.
pub(super) struct Cell {
    pub(super) status: u16,
    pub(super) request_id: String,
    shows_nothing: bool,
}

impl Cell {
    fn word(&self) -> String {
        match self.status {
            401 | 403 | 404 => self.status.to_string(),
            200..300 if self.shows_nothing => "none".to_owned(),
            // Only the object's state or the body: whether the caller may was decided before.
            200..300 | 400 | 409 | 412 | 413 | 415 | 422 | 423 => "ok".to_owned(),
            other => format!("!{other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_what_the_matrix_says() {
    let operations = Arc::new(operations().await);
    let rows = Arc::new(rows());
    let known: BTreeSet<&str> = rows.iter().map(|row| row.operation).collect();
    let all: BTreeSet<&str> = operations.keys().map(String::as_str).collect();
    let missing: Vec<_> = all.difference(&known).collect();
    let gone: Vec<_> = known.difference(&all).collect();
    assert!(gone.is_empty(), "rows of operations that are not there: {gone:?}");

    let columns = CALLERS.map(|caller| tokio::spawn(column(caller, Arc::clone(&rows), Arc::clone(&operations))));
    let columns = futures::future::try_join_all(columns).await.unwrap();
    let mut table = Table::default();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<&Cell> = columns.iter().map(|column| &column[number]).collect();
        assert_ne!(
            cells.iter().any(|cell| (200..300).contains(&cell.status)),
            row.is_closed,
            "{} succeeds for nobody, so its row shows nothing (or for somebody, and should not): {:?}",
            row.name(),
            cells.iter().map(|cell| cell.status).collect::<Vec<_>>()
        );
        table.add(row, &operations[row.operation], &cells);
    }
    table.compare();
    table.explain_roles();
    assert!(
        missing.is_empty(),
        "operations without a row in operations.rs: {missing:?}"
    );
}

/// Nobody finds out what there is: ids that do not exist are answered like those that may not be seen.
#[tokio::test]
async fn what_is_missing_looks_like_what_is_invisible() {
    let operations = operations().await;
    let fixture = Fixture::new("stranger").await;
    let mut wrong = String::new();
    for row in rows() {
        let operation = &operations[row.operation];
        let missing = missing_path(&operation.path);
        if missing == operation.path {
            continue;
        }
        let path = format!("{missing}{}", row.query);
        let anonymous = sent(&fixture, &fixture.acme.app.anonymous(), &row, operation, &path)
            .await
            .word();
        let stranger = sent(&fixture, &fixture.caller, &row, operation, &path).await.word();
        let invisible = cell(&fixture, &row, operation).await.word();
        if (anonymous.as_str(), &stranger) != ("401", &invisible) {
            writeln!(
                wrong,
                "{}: anonymous {anonymous}, stranger {stranger} but {invisible} for what there is",
                row.name()
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The path with well-formed parameters of nothing.
fn missing_path(path: &str) -> String {
    let prefixes = [
        ("workspace", "ws"),
        ("project", "prj"),
        ("run", "run"),
        ("plan", "plan"),
        ("apply", "apply"),
        ("user", "user"),
        ("session", "ses"),
        ("membership", "ou"),
        ("token", "at"),
        ("role", "role"),
        ("role_assignment", "ra"),
        ("variable", "var"),
        ("variable_set", "varset"),
        ("configuration_version", "cv"),
        ("state_version", "sv"),
        ("state_output", "wsout"),
        ("runner_pool", "apool"),
        ("runner", "agent"),
        ("work_item", "work"),
        ("audit_webhook", "awh"),
        ("target", "ws"),
        ("ssh_key", "sshkey"),
        ("oauth_token", "ot"),
        ("oauth_client", "oc"),
        ("team", "team"),
        ("team_workspace", "tws"),
        ("team_project", "tprj"),
        ("service_account", "user"),
        ("repository", "repo"),
        ("delivery", "whd"),
        ("integration", "int"),
        ("source_code", "src"),
        ("source_code_version", "scv"),
        ("template", "tpl"),
        ("resource", "res"),
        ("approval_rule", "apr"),
        ("resource_change", "chg"),
        ("workflow", "wf"),
        ("blueprint", "bp"),
        ("app_domain", "appdom"),
        ("app_certificate", "appcert"),
        ("app_router", "approuter"),
    ];
    let path = path.replace("{organization}", "nowhere");
    let fill = |path: String, (name, prefix): (&str, &str)| {
        path.replace(&format!("{{{name}}}"), &format!("{prefix}-0000000000000000"))
    };
    prefixes.into_iter().fold(path, fill)
}

pub(super) async fn operations() -> BTreeMap<String, Operation> {
    let app = TestApp::new().await;
    let document = app.anonymous().get("/api/v2/openapi.json").await.expect(200).body;
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = &operation["security"][0]["token"][0];
            operations.insert(
                operation["operationId"].as_str().unwrap().to_owned(),
                Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    permission: scope.as_str().unwrap_or_default().to_owned(),
                },
            );
        }
    }
    operations
}

async fn column(caller: &str, rows: Arc<Vec<Row>>, operations: Arc<BTreeMap<String, Operation>>) -> Vec<Cell> {
    let fixture = Fixture::new(caller).await;
    let mut cells = Vec::new();
    for row in rows.iter() {
        cells.push(cell(&fixture, row, &operations[row.operation]).await);
    }
    cells
}

pub(super) async fn cell(fixture: &Fixture, row: &Row, operation: &Operation) -> Cell {
    let mut path = operation.path.clone();
    for (parameter, name) in &row.path {
        let value = name.strip_prefix('=').unwrap_or_else(|| fixture.name(name));
        path = path.replace(&format!("{{{parameter}}}"), value);
    }
    while let Some((before, rest)) = path.clone().split_once('{') {
        let (parameter, after) = rest.split_once('}').unwrap();
        path = format!("{before}{}{after}", fixture.name(parameter));
    }
    sent(
        fixture,
        &fixture.caller,
        row,
        operation,
        &format!("{path}{}", fixture.fill(row.query)),
    )
    .await
}

async fn sent(fixture: &Fixture, caller: &Caller, row: &Row, operation: &Operation, path: &str) -> Cell {
    let (kind, body) = match &row.sent {
        Sent::Nothing => ("", Vec::new()),
        Sent::Json(value) => ("application/json", fixture.fill(&value.to_string()).into_bytes()),
        Sent::Bytes(bytes) => ("application/octet-stream", bytes.to_vec()),
        Sent::Archive => ("application/octet-stream", fixture.archive.clone()),
    };
    let headers: Vec<(&str, &str)> = if kind.is_empty() {
        Vec::new()
    } else {
        vec![("content-type", kind)]
    };
    fixture.acme.app.pass(std::time::Duration::from_millis(1));
    let method = row.method.unwrap_or(&operation.method);
    called(caller, method, path, &headers, body).await
}

async fn called(caller: &Caller, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Cell {
    let response = caller.begin(method, path, headers, Body::from(body)).await;
    let status = response.status().as_u16();
    let headers = response.headers();
    let request_id = headers.get("x-request-id").map(|id| id.to_str().unwrap().to_owned());
    let request_id = request_id.unwrap_or_default();
    let kind = headers.get("content-type").map(|kind| kind.as_bytes().to_vec());
    if kind.as_deref() != Some(b"application/vnd.api+json") {
        return Cell {
            status,
            request_id,
            shows_nothing: false,
        };
    }
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    Cell {
        status,
        request_id,
        shows_nothing: body["data"].as_array().is_some_and(Vec::is_empty),
    }
}

/// The table as it is written down.
#[derive(Default)]
struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    fn add(&mut self, row: &Row, operation: &Operation, cells: &[&Cell]) {
        let permission = match row.permission.unwrap_or(&operation.permission) {
            "" => "-",
            permission => permission,
        };
        let mut line = vec![row.name(), permission.to_owned()];
        line.extend(cells.iter().map(|cell| cell.word()));
        self.lines.push(line);
    }

    fn text(&self) -> String {
        let mut lines = vec![
            ["operation", "permission"]
                .into_iter()
                .chain(CALLERS)
                .map(str::to_owned)
                .collect(),
        ];
        lines.extend(self.lines.iter().cloned());
        let width = |column: usize| {
            lines
                .iter()
                .map(|line: &Vec<String>| line[column].chars().count())
                .max()
                .unwrap()
        };
        let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
        let mut text = String::new();
        for line in lines {
            let mut written = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                write!(written, "{cell:width$}  ").unwrap();
            }
            text.push_str(written.trim_end());
            text.push('\n');
        }
        text
    }

    fn compare(&self) {
        let text = self.text();
        if std::env::var_os("SLIPWAY_UPDATE_MATRIX").is_some() {
            let path = checkout::root().join("crates/server/tests/it/access/matrix.txt");
            std::fs::write(path, text).unwrap();
            return;
        }
        let cells = |text: &str| -> BTreeMap<String, Vec<String>> {
            let lines = text.lines().map(|line| {
                let cells: Vec<String> = line
                    .split("  ")
                    .map(str::trim)
                    .filter(|cell| !cell.is_empty())
                    .map(str::to_owned)
                    .collect();
                (cells[0].clone(), cells)
            });
            lines.collect()
        };
        let (now, committed) = (cells(&text), cells(COMMITTED));
        let mut changes = String::new();
        for (name, line) in &now {
            match committed.get(name) {
                None => writeln!(changes, "{name}: a new line").unwrap(),
                Some(before) => {
                    let columns = ["operation", "permission"].into_iter().chain(CALLERS);
                    for (column, (before, after)) in columns.zip(before.iter().zip(line)) {
                        if before != after {
                            writeln!(changes, "{name}, {column}: {before} before, {after} now").unwrap();
                        }
                    }
                }
            }
        }
        for name in committed.keys().filter(|name| !now.contains_key(*name)) {
            writeln!(changes, "{name}: no such line now").unwrap();
        }
        assert!(
            changes.is_empty(),
            "the authorization matrix changed:\n{changes}\nIf that is meant, SLIPWAY_UPDATE_MATRIX=1 writes matrix.txt anew."
        );
    }

    /// What a built-in role may is what its permissions say: nothing more and nothing less.
    fn explain_roles(&self) {
        let mut wrong = String::new();
        for line in &self.lines {
            let permission: &'static str = line[1].clone().leak();
            // Those of the site nobody has in an organization; those without one are about the caller.
            let is_of_roles = !matches!(
                permission,
                "-" | "run"
                    | "runner"
                    | "user.manage"
                    | "user.read"
                    | "organization.create"
                    | "site.manage"
                    | "site.access.read"
            );
            if !is_of_roles {
                continue;
            }
            for role in BUILT_IN {
                let column = CALLERS.iter().position(|caller| *caller == role.name).unwrap() + 2;
                let covered = role
                    .permissions
                    .iter()
                    .any(|node| Permission::new(permission).is_covered_by(node));
                if covered != (line[column] == "ok") {
                    writeln!(
                        wrong,
                        "{}, {}: {} though the role {} {permission}",
                        line[0],
                        role.name,
                        line[column],
                        if covered { "has" } else { "lacks" }
                    )
                    .unwrap();
                }
            }
        }
        assert!(wrong.is_empty(), "\n{wrong}");
    }
}
