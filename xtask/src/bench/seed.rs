//! Much data quickly: rows that the API made are copied in the database, by statements that SQLite and PostgreSQL share.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::postgres::Postgres;
use crate::process;

/// Where the server keeps its rows.
pub(super) enum Database<'a> {
    Sqlite(&'a Path),
    Postgres(&'a Postgres),
}

const NUMBERS: &str = "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count}) ";
/// An id with its kind and time, and a number of its own in place of its random part.
const NEW_ID: &str = "substr({id}, 1, length({id}) - 8) || cast(10000000 + number AS text)";

impl Database<'_> {
    /// Copies every workspace, with its entry in the directory, `copies` times.
    pub(super) fn copy_workspaces(&self, copies: usize) -> Result<()> {
        let numbers = NUMBERS.replace("{count}", &copies.to_string());
        let new_id = NEW_ID.replace("{id}", "id");
        self.run(&format!(
            "CREATE TEMPORARY TABLE copied AS {numbers}
                SELECT workspaces.*, row_number() OVER (ORDER BY workspaces.id, i) AS number FROM workspaces, numbers;
             CREATE TEMPORARY TABLE listed AS SELECT directory_objects.*, number FROM directory_objects
                JOIN copied ON copied.id = directory_objects.id;
             UPDATE copied SET id = {new_id}, name = name || '-' || cast(number AS text);
             UPDATE listed SET id = {new_id}, name = name || '-' || cast(number AS text);
             ALTER TABLE copied DROP COLUMN number;
             ALTER TABLE listed DROP COLUMN number;
             INSERT INTO workspaces SELECT * FROM copied;
             INSERT INTO directory_objects SELECT * FROM listed;
             DROP TABLE copied; DROP TABLE listed"
        ))
    }

    /// Copies the only run, with its phases, `copies` times as applied ones, evenly over all workspaces.
    pub(super) fn copy_run(&self, copies: usize) -> Result<()> {
        let numbers = NUMBERS.replace("{count}", &copies.to_string());
        let (id, run_id) = (NEW_ID.replace("{id}", "id"), NEW_ID.replace("{id}", "run_id"));
        self.run(&format!(
            "CREATE TEMPORARY TABLE places AS
                SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM workspaces;
             CREATE UNIQUE INDEX places_key ON places (place);
             CREATE TEMPORARY TABLE phased AS {numbers} SELECT phases.*, i AS number FROM phases, numbers;
             CREATE TEMPORARY TABLE copied AS {numbers} SELECT runs.*, i AS number FROM runs, numbers;
             UPDATE copied SET id = {id}, status = 'applied', workspace_id = (SELECT id FROM places
                WHERE place = 1 + copied.number % (SELECT max(total) FROM places));
             UPDATE phased SET id = {id}, run_id = {run_id}, status = 'finished', work_item_id = NULL;
             ALTER TABLE copied DROP COLUMN number;
             ALTER TABLE phased DROP COLUMN number;
             INSERT INTO runs SELECT * FROM copied;
             INSERT INTO phases SELECT * FROM phased;
             UPDATE workspaces SET latest_run_status = 'applied',
                latest_run_id = (SELECT max(runs.id) FROM runs WHERE runs.workspace_id = workspaces.id);
             DROP TABLE places; DROP TABLE phased; DROP TABLE copied"
        ))
    }

    fn run(&self, statements: &str) -> Result<()> {
        match self {
            Self::Postgres(cluster) => {
                cluster.run(statements)?;
                cluster.run("ANALYZE")?;
            }
            Self::Sqlite(file) => {
                let program = "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1], timeout=30); \
                               connection.executescript('BEGIN IMMEDIATE;' + sys.argv[2] + '; COMMIT;')";
                let mut command = Command::new("python3");
                process::output(command.args(["-c", program]).arg(file).arg(statements))?;
            }
        }
        Ok(())
    }
}
