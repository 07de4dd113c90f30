//! The database: SQLite, PostgreSQL or MariaDB behind one code base.
//!
//! Reads go to [`Db::reader`]; every write happens in a [`Tx`]. On SQLite one connection writes and the others only
//! read, so that writers queue in this process and nobody ever sees "database is locked". A transaction is never held
//! across network traffic.

mod connect;
pub mod migrations;
pub mod schema;
mod tx;

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

pub use connect::{ConnectOptions, connect, listen_for_wakes};
pub use tx::Tx;

/// An open database.
#[derive(Clone)]
pub struct Db {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    backend: DbBackend,
}

impl Db {
    /// Where to read outside a transaction.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A view of the database for reading, which no later commit changes. It is fixed by its first query.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn snapshot(&self) -> crate::errors::Result<DatabaseTransaction> {
        let options = if self.backend == DbBackend::Sqlite {
            TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            }
        } else {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            }
        };
        Ok(self.reader.begin_with_options(options).await?)
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Whether other server processes may share it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.backend != DbBackend::Sqlite
    }
}

/// Whether the database answers.
///
/// # Errors
///
/// `Unavailable` when it does not.
pub async fn ping(db: &Db) -> crate::errors::Result<()> {
    Ok(db.reader.ping().await?)
}
