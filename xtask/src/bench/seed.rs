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

    /// Copies every resource, with what it stands on and its entry in the directory, `copies` times; each copy stands on
    /// copies. No change of them is open. A resource has one parent at most.
    pub(super) fn copy_resources(&self, copies: usize) -> Result<()> {
        let numbers = NUMBERS.replace("{count}", &copies.to_string());
        let new_id = NEW_ID.replace("{id}", "resources.id");
        let new_id = new_id.replace("number", "row_number() OVER (ORDER BY i, resources.id)");
        self.run(&format!(
            "CREATE TEMPORARY TABLE ids AS {numbers}
                SELECT resources.id AS old, i, {new_id} AS new FROM resources, numbers;
             CREATE UNIQUE INDEX ids_key ON ids (old, i);
             CREATE TEMPORARY TABLE copied AS SELECT resources.*, ids.new AS new, ids.i AS i FROM resources
                JOIN ids ON ids.old = resources.id;
             CREATE TEMPORARY TABLE linked AS SELECT resource_parents.*, child.new AS child, parent.new AS parent
                FROM resource_parents JOIN ids AS child ON child.old = resource_id
                JOIN ids AS parent ON parent.old = parent_id AND parent.i = child.i;
             CREATE TEMPORARY TABLE listed AS SELECT directory_objects.*, ids.new AS new, ids.i AS i FROM directory_objects
                JOIN ids ON ids.old = directory_objects.id;
             UPDATE copied SET specification = replace(specification,
                    (SELECT parent_id FROM resource_parents WHERE resource_id = copied.id),
                    (SELECT parent FROM linked WHERE child = copied.new))
                WHERE EXISTS (SELECT 1 FROM linked WHERE child = copied.new);
             UPDATE copied SET id = new, name = name || '-' || cast(i AS text), change_id = NULL, workspace_id = NULL;
             UPDATE linked SET resource_id = child, parent_id = parent;
             UPDATE listed SET id = new, name = name || '-' || cast(i AS text);
             ALTER TABLE copied DROP COLUMN new; ALTER TABLE copied DROP COLUMN i;
             ALTER TABLE linked DROP COLUMN child; ALTER TABLE linked DROP COLUMN parent;
             ALTER TABLE listed DROP COLUMN new; ALTER TABLE listed DROP COLUMN i;
             INSERT INTO resources SELECT * FROM copied;
             INSERT INTO resource_parents SELECT * FROM linked;
             INSERT INTO directory_objects SELECT * FROM listed;
             DROP TABLE copied; DROP TABLE linked; DROP TABLE listed; DROP TABLE ids"
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
