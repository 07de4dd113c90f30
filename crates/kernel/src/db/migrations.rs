//! Bringing a database's tables up to date, once, whoever starts first.
//!
//! Our own runner on SeaORM's statements, because SeaORM's takes no lock and keeps no checksum: two replicas that start
//! together would race. All pending migrations run in one transaction under one lock (MariaDB, which has no
//! transactional DDL, gets the lock and stops at the first failure). A migration that was applied never changes: its
//! checksum is kept and compared at every start.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::schema::{Table, Type, added};
use super::{Db, Tx};
use crate::errors::{Error, Result};
use crate::wakes::Wakes;

/// One step in the life of the tables.
pub struct Migration {
    /// Unique and sorted in the order of application: `infra_0001_workspaces`.
    pub name: &'static str,
    /// What it makes.
    pub steps: fn() -> Vec<Step>,
}

/// One statement of a migration.
pub enum Step {
    /// Makes a table with its indexes.
    Table(Table),
    /// Runs a statement that all databases understand.
    Sql(&'static str),
    /// Gives a table a column that may be null.
    Column(&'static str, (&'static str, Type)),
}

impl Step {
    fn canonical_sql(&self) -> String {
        match self {
            Self::Table(table) => table.canonical_sql(),
            Self::Sql(text) => (*text).to_owned(),
            Self::Column(table, column) => DbBackend::Sqlite.build(&added(table, *column)).to_string(),
        }
    }
}

impl Migration {
    pub(crate) fn checksum(&self) -> String {
        let text: String = (self.steps)().iter().map(Step::canonical_sql).collect();
        hex::encode(digest(&SHA256, text.as_bytes()))
    }
}

/// The number of PostgreSQL's advisory lock and the name of MariaDB's: "slipway".
const LOCK_NUMBER: i64 = 0x73_6c_69_70_77_61_79;

/// Applies what is missing of `migrations`, in the given order.
///
/// # Errors
///
/// When an applied migration differs from ours, or one that we do not know was applied: a newer program was here.
pub async fn migrate(db: &Db, wakes: Arc<Wakes>, migrations: &[Migration]) -> Result<()> {
    apply(db, wakes, &migrations.iter().collect::<Vec<_>>()).await
}

/// Refuses a database that `migrations` would change, and one that no server has used.
///
/// # Errors
///
/// As for [`migrate`]; `Conflict` when something is missing.
pub async fn require_current(db: &Db, migrations: &[Migration]) -> Result<()> {
    let Ok(applied) = applied(db.reader()).await else {
        return Err(Error::conflict(
            "The database is empty: no server has used it. Name the data directory or the database that the server uses.",
        ));
    };
    match pending(&applied, &migrations.iter().collect::<Vec<_>>())?.len() {
        0 => Ok(()),
        missing => Err(Error::conflict(format!(
            "The database is of an older version of Slipway ({missing} migrations of this one are missing), and only a \
             server changes it. Use the version that the server runs; or start the server of this version once, then try \
             again."
        ))),
    }
}

/// The same with a selection of all migrations there are.
pub(crate) async fn apply(db: &Db, wakes: Arc<Wakes>, migrations: &[&Migration]) -> Result<()> {
    if pending(&applied(db.reader()).await.unwrap_or_default(), migrations)?.is_empty() {
        return Ok(());
    }
    let tx = Tx::begin(db, wakes).await?;
    lock(&tx).await?;
    history_table(&tx).await?;
    let known = applied(&*tx).await?;
    for migration in pending(&known, migrations)? {
        for step in (migration.steps)() {
            match step {
                Step::Table(table) => table.create(&*tx).await,
                Step::Sql(text) => tx.execute_unprepared(text).await.map(|_| ()),
                Step::Column(table, column) => tx.execute(&added(table, column)).await.map(|_| ()),
            }
            .map_err(|error| Error::from(error).context(format!("migration {}", migration.name)))?;
        }
        let row = Statement::from_sql_and_values(
            tx.backend(),
            insert_sql(tx.backend()),
            [migration.name.into(), migration.checksum().into()],
        );
        tx.execute_raw(row).await?;
        tracing::info!(migration = migration.name, "migration applied");
    }
    unlock(&tx).await?;
    tx.commit().await
}

fn insert_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "INSERT INTO migrations (name, checksum) VALUES ($1, $2)",
        _ => "INSERT INTO migrations (name, checksum) VALUES (?, ?)",
    }
}

async fn lock(tx: &Tx) -> Result<()> {
    match tx.backend() {
        DbBackend::Postgres => {
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
                .await?;
        }
        DbBackend::MySql => {
            tx.execute_unprepared("SELECT GET_LOCK('slipway', 60)").await?;
        }
        // An immediate transaction is the lock.
        _ => {}
    }
    Ok(())
}

async fn unlock(tx: &Tx) -> Result<()> {
    if tx.backend() == DbBackend::MySql {
        tx.execute_unprepared("SELECT RELEASE_LOCK('slipway')").await?;
    }
    Ok(())
}

async fn history_table(tx: &Tx) -> Result<()> {
    let table = Table::new("migrations")
        .col("name", Type::Name)
        .col("checksum", Type::Id)
        .primary(&["name"]);
    let (mut statement, _) = table.statements(tx.backend());
    tx.execute(statement.if_not_exists()).await?;
    Ok(())
}

/// Names and checksums of what was applied; an error when the table is not there.
pub(crate) async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let sql = "SELECT name, checksum FROM migrations ORDER BY name";
    let rows = connection
        .query_all_raw(Statement::from_string(connection.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "name")?, row.try_get("", "checksum")?)))
        .collect()
}

/// What of `migrations` is missing in `applied`.
fn pending<'m>(applied: &[(String, String)], migrations: &[&'m Migration]) -> Result<Vec<&'m Migration>> {
    for (name, checksum) in applied {
        let Some(migration) = migrations.iter().find(|migration| migration.name == name) else {
            return Err(Error::conflict(format!(
                "The database was used by a newer version of Slipway (it has the migration {name}). Start that version, \
                 or restore a backup made by this one."
            )));
        };
        if migration.checksum() != *checksum {
            return Err(Error::conflict(format!(
                "The migration {name} was applied in another form than this version has. Start the version that made \
                 the database, or restore a backup."
            )));
        }
    }
    Ok(migrations
        .iter()
        .filter(|migration| !applied.iter().any(|(name, _)| name == migration.name))
        .copied()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        name: "test_0001",
        steps: || vec![Step::Table(Table::new("things").col("id", Type::Id).primary(&["id"]))],
    };
    const SECOND: Migration = Migration {
        name: "test_0002",
        steps: || vec![Step::Sql("SELECT 1")],
    };

    #[test]
    fn only_what_is_missing_is_pending() {
        let migrations = [&FIRST, &SECOND];
        let applied = vec![("test_0001".to_owned(), FIRST.checksum())];
        let names: Vec<_> = pending(&applied, &migrations)
            .unwrap()
            .iter()
            .map(|migration| migration.name)
            .collect();
        assert_eq!(names, ["test_0002"]);
    }

    #[test]
    fn a_changed_migration_is_refused() {
        let applied = vec![("test_0001".to_owned(), "other".to_owned())];
        assert!(
            pending(&applied, &[&FIRST])
                .err()
                .unwrap()
                .detail()
                .contains("another form")
        );
    }

    #[test]
    fn an_unknown_migration_means_a_newer_program_was_here() {
        let applied = vec![("test_0009".to_owned(), "x".to_owned())];
        assert!(
            pending(&applied, &[&FIRST])
                .err()
                .unwrap()
                .detail()
                .contains("newer version")
        );
    }
}
