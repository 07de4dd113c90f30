//! Opening a database, and hearing its notifications.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DbBackend, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::Connection;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Db;
use super::tx::CHANNEL;
use crate::errors::{Error, Result};
use crate::grants::store::generation;
use crate::wakes::{Topic, Wakes};

/// How to open a database.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// `sqlite:PATH`, `postgres://…` or `mysql://…`.
    pub url: String,
    /// Connections at most; on SQLite, those that read.
    pub max_connections: u32,
}

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that was used within this time is taken to be alive: asking it each time would double the round trips.
const TRUSTED: Duration = Duration::from_secs(2);
/// Readers of SQLite per processor: each is a thread, and more of them only take turns.
const READERS_PER_PROCESSOR: u32 = 2;

/// Opens the database, creating the file if it is SQLite's.
///
/// # Errors
///
/// When the URL is of no kind we know, or the database does not answer.
pub async fn connect(options: &ConnectOptions) -> Result<Db> {
    let url = options.url.as_str();
    if let Some(path) = url.strip_prefix("sqlite:") {
        return connect_sqlite(Path::new(path), options.max_connections).await;
    }
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return connect_postgres(url, options.max_connections).await;
    }
    if url.starts_with("mysql:") || url.starts_with("mariadb:") {
        return connect_mysql(url, options.max_connections).await;
    }
    Err(Error::invalid(
        "database.url",
        "The database URL must start with sqlite:, postgres:// or mysql://.",
    ))
}

async fn connect_sqlite(path: &Path, max_connections: u32) -> Result<Db> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL, not NORMAL: what was answered with success must survive a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Other processes (`slipway admin`) write too; within this one the single writer keeps order.
        .busy_timeout(Duration::from_secs(30))
        .pragma("cache_size", "-8000")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(256)
        // A page of a list fits: the connection's thread need not wait for who reads its rows.
        .row_buffer_size(256);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let readers = u32::try_from(processors)
        .unwrap_or(1)
        .saturating_mul(READERS_PER_PROCESSOR);
    // Neither pool tests its connections: a file does not hang up.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone())
        .await
        .map_err(|error| cannot_open(&path.display().to_string(), error))?;
    let reader = SqlitePoolOptions::new()
        .max_connections(max_connections.min(readers.max(4)))
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.pragma("query_only", "on"))
        .await
        .map_err(|error| cannot_open(&path.display().to_string(), error))?;
    Ok(Db {
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        backend: DbBackend::Sqlite,
    })
}

async fn connect_postgres(url: &str, max_connections: u32) -> Result<Db> {
    let options = PgConnectOptions::from_str(url).map_err(|error| cannot_open("PostgreSQL", error))?;
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for < TRUSTED {
                    return Ok(true);
                }
                connection.ping().await.map(|()| true)
            })
        })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(|error| cannot_open("PostgreSQL", error))?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Db {
        reader: connection.clone(),
        writer: connection,
        backend: DbBackend::Postgres,
    })
}

async fn connect_mysql(url: &str, max_connections: u32) -> Result<Db> {
    let options = MySqlConnectOptions::from_str(url).map_err(|error| cannot_open("MariaDB", error))?;
    let pool = MySqlPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(|error| cannot_open("MariaDB", error))?;
    let connection = SqlxMySqlConnector::from_sqlx_mysql_pool(pool);
    Ok(Db {
        reader: connection.clone(),
        writer: connection,
        backend: DbBackend::MySql,
    })
}

fn cannot_open(what: &str, error: sqlx::Error) -> Error {
    Error::unavailable(format!("The database {what} cannot be opened: {error}")).context(error)
}

impl Db {
    pub(super) fn writer(&self) -> &sea_orm::DatabaseConnection {
        &self.writer
    }
}

/// Rings `wakes` whenever another process commits something worth knowing. Returns only when the connection is lost;
/// the caller starts it again.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn listen_for_wakes(db: &Db, wakes: &Wakes) -> Result<()> {
    if db.backend == DbBackend::Postgres {
        hear_notifications(db, wakes).await
    } else {
        watch_generation(db, wakes).await
    }
}

async fn hear_notifications(db: &Db, wakes: &Wakes) -> Result<()> {
    let pool = db.reader.get_postgres_connection_pool();
    let lost = |error: sqlx::Error| Error::unavailable("The database's notifications cannot be heard.").context(error);
    let mut listener = PgListener::connect_with(pool).await.map_err(lost)?;
    listener.listen(CHANNEL).await.map_err(lost)?;
    // Whatever was missed while not listening.
    Topic::ALL.into_iter().for_each(|topic| wakes.ring(topic));
    loop {
        let notification = listener.recv().await.map_err(lost)?;
        if let Some(topic) = Topic::ALL
            .into_iter()
            .find(|topic| topic.as_str() == notification.payload())
        {
            wakes.ring(topic);
        }
    }
}

/// Without notifications only the grants need watching, for `slipway admin` on the same file: everybody else who waits
/// looks by himself each second.
async fn watch_generation(db: &Db, wakes: &Wakes) -> Result<()> {
    let mut known = generation(&db.reader).await?;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let current = generation(&db.reader).await?;
        if current != known {
            known = current;
            wakes.ring(Topic::Grants);
        }
    }
}
