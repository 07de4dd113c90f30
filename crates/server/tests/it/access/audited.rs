//! Nothing is changed, and no secret is read, without an event; and no secret lies sealed where nobody knows of it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Statement};
use slipway_server::domains;

use super::fixture::Fixture;
use super::matrix::{cell, operations};
use super::operations::rows;
use crate::support::{TestApp, is_postgres};

/// Operations that succeed and leave no event, each with the reason.
const SILENT: &[(&str, &str)] = &[
    ("heartbeat_work", "a sign of life: nobody decided anything"),
    (
        "put_preference",
        "what a console remembers of a person: it changes nothing of the platform",
    ),
    (
        "delete_preference",
        "what a console remembers of a person: it changes nothing of the platform",
    ),
    ("put_work_events", "parts of a log, which is its own record"),
    ("put_work_log", "parts of a log, which is its own record"),
    ("put_work_plan", "a part of the plan, whose end is the run's event"),
    (
        "put_work_plan_change_pack",
        "a part of the plan, whose end is the run's event",
    ),
    (
        "put_work_plan_changes",
        "a part of the plan, whose end is the run's event; late, it has one of its own",
    ),
    ("put_work_plan_json", "a part of the plan, whose end is the run's event"),
    (
        "register_runner",
        "processes come and go; their pool's token was an event",
    ),
    (
        "unregister_runner",
        "processes come and go; their pool's token was an event",
    ),
    (
        "synchronize_repository",
        "what it finds has events of its own; without any there was nothing",
    ),
    ("preview_schedule", "it says what times mean and changes nothing"),
    ("check_resource", "it says what ordering would do and changes nothing"),
    (
        "check_resource_update",
        "it says what a change would do and changes nothing",
    ),
    ("fill_resource_form", "it says what is asked for and changes nothing"),
    (
        "synchronize_source_code",
        "what it finds has events of its own; without any there was nothing",
    ),
    (
        "verify_app_domain",
        "it asks the domain's owner; that it is proven is an event of its own",
    ),
    ("test_triggers", "it asks what would happen and changes nothing"),
    ("check_cluster", "it asks the other side, and notes what that says"),
    ("test_identity_provider", "it asks the other side and changes nothing"),
    ("test_integration_draft", "it asks the other side and changes nothing"),
];

/// Reading these shows what is secret.
const READ_SECRETS: &[&str] = &[
    "download_state_version",
    "get_state_version_json",
    "list_current_state_outputs",
    "list_state_outputs",
    "download_kept_state",
    "get_plan_json",
    "get_state",
    "export_audit_log",
    "list_executor_outputs",
    "export_site_audit_log",
];

async fn events_of(app: &TestApp, request: &str) -> i64 {
    let reader = app.kernel.db.reader();
    let sql = format!("SELECT count(*) FROM events WHERE request_id = '{request}'");
    let found = reader
        .query_one_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap();
    found.unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn every_change_and_every_read_of_a_secret_leaves_an_event() {
    let operations = operations().await;
    let mut silent: BTreeMap<&str, &str> = BTreeMap::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for caller in ["site-admin", "run", "runner"] {
        let fixture = Fixture::new(caller).await;
        for row in &rows() {
            let operation = &operations[row.operation];
            let method = row.method.unwrap_or(&operation.method);
            let reads_secret = READ_SECRETS.contains(&row.operation);
            let answer = cell(&fixture, row, operation).await;
            if !(200..300).contains(&answer.status) || (method == "GET" && !reads_secret) {
                continue;
            }
            if events_of(&fixture.acme.app, &answer.request_id).await == 0 {
                silent.insert(row.operation, caller);
            } else {
                told.insert(row.operation);
            }
        }
    }
    // What is asked for again and changes nothing is told once.
    silent.retain(|operation, _| !told.contains(operation));
    let never: Vec<_> = READ_SECRETS
        .iter()
        .filter(|operation| !told.contains(*operation))
        .collect();
    assert!(never.is_empty(), "these read secrets and leave no event: {never:?}");
    let known: BTreeSet<&str> = SILENT.iter().map(|(operation, _)| *operation).collect();
    let unexplained: Vec<_> = silent
        .iter()
        .filter(|(operation, _)| !known.contains(**operation))
        .collect();
    assert!(unexplained.is_empty(), "these leave no event: {unexplained:?}");
    let outdated: Vec<_> = known
        .iter()
        .filter(|operation| !silent.contains_key(*operation))
        .collect();
    assert!(
        outdated.is_empty(),
        "these leave an event by now, or are no more: {outdated:?}"
    );
}

/// Columns of bytes that hold nothing that a data key seals.
const NOT_SEALED: &[(&str, &str, &str)] = &[
    (
        "data_keys",
        "wrapped",
        "wrapped by the master key, and wrapped anew when that is exchanged",
    ),
    (
        "log_chunks",
        "bytes",
        "parts of logs, which have no secrets in them, until they are blobs",
    ),
];

#[tokio::test]
async fn every_column_with_sealed_values_is_known_to_the_rotation() {
    let app = TestApp::new().await;
    let reader = app.kernel.db.reader();
    let sql = if is_postgres() {
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = current_schema() AND data_type = 'bytea'"
    } else {
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
         WHERE m.type = 'table' AND lower(p.type) LIKE '%blob%'"
    };
    let found = reader
        .query_all_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap();
    let found: BTreeSet<(String, String)> = found
        .iter()
        .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
        .collect();
    let columns = domains::sealed_columns();
    let known: BTreeSet<(String, String)> = columns
        .iter()
        .map(|column| (column.table.to_owned(), column.column.to_owned()))
        .chain(
            NOT_SEALED
                .iter()
                .map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())),
        )
        .collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(
        unknown.is_empty(),
        "columns of bytes that no sealed_columns() declares (or add them to NOT_SEALED with a reason): {unknown:?}"
    );
    // What is declared can be walked.
    for column in columns {
        let only = column.only.map(|only| format!(" AND {only}")).unwrap_or_default();
        let organization = column.organization.unwrap_or("NULL");
        let sql = format!(
            "SELECT {}, {}, {}, {organization} FROM {} WHERE {} > ''{only} LIMIT 1",
            column.key, column.place_row, column.column, column.table, column.key
        );
        let rows = reader
            .query_all_raw(Statement::from_string(reader.get_database_backend(), sql))
            .await;
        assert!(rows.is_ok(), "{}: {rows:?}", column.name());
    }
}
