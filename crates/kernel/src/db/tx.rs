//! A transaction, and the wake-up calls that its commit makes.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::Db;
use crate::errors::Result;
use crate::wakes::{Topic, Wakes};

/// PostgreSQL's notification channel.
pub(super) const CHANNEL: &str = "slipway";

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    inner: DatabaseTransaction,
    backend: DbBackend,
    wakes: Arc<Wakes>,
    topics: BTreeSet<Topic>,
}

impl Tx {
    /// Begins a transaction. On SQLite it holds the only writing connection: keep it short.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn begin(db: &Db, wakes: Arc<Wakes>) -> Result<Self> {
        let options = TransactionOptions {
            // Immediate, so that two processes on one file queue at the beginning and never fail in the middle.
            sqlite_transaction_mode: (db.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = db.writer().begin_with_options(options).await?;
        Ok(Self {
            inner,
            backend: db.backend(),
            wakes,
            topics: BTreeSet::new(),
        })
    }

    /// Wakes those who wait for `topic` once this transaction is committed.
    pub fn wake(&mut self, topic: Topic) {
        self.topics.insert(topic);
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Makes everything durable and visible, then makes the wake-up calls.
    ///
    /// # Errors
    ///
    /// When the database did not confirm; whether it committed is then unknown.
    pub async fn commit(self) -> Result<()> {
        if self.backend == DbBackend::Postgres {
            for topic in &self.topics {
                self.inner
                    .execute_unprepared(&format!("NOTIFY {CHANNEL}, '{}'", topic.as_str()))
                    .await?;
            }
        }
        self.inner.commit().await?;
        self.topics.into_iter().for_each(|topic| self.wakes.ring(topic));
        Ok(())
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
