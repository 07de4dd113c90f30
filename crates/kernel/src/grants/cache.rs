//! Grants as read last, so that a request does not read them again.
//!
//! What is kept counts only under the marker it was read under, and every change of grants or tokens makes a new
//! marker. In a database of one process the marker is this process's own count of such commits; where replicas share
//! the database it is the generation number, read again for every decision, so that a removed assignment removes the
//! access at once, everywhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::{GrantSet, store};
use crate::db::Db;
use crate::errors::{Error, Result};
use crate::wakes::{Topic, Wakes};

/// Entries kept at most; beyond, everything is dropped and read again.
const CAPACITY: usize = 10_000;

/// The grants of callers, by their subjects.
#[derive(Default)]
pub struct GrantCache {
    kept: RwLock<Kept>,
    generation: Generation,
}

#[derive(Default)]
struct Kept {
    marker: i64,
    sets: HashMap<Vec<String>, Arc<GrantSet>>,
}

/// The generation number, read once for all who ask at the same time.
#[derive(Default)]
struct Generation {
    begun: AtomicU64,
    last: Mutex<Outcome>,
}

/// How the read with a number ended; no value when it failed.
#[derive(Default)]
struct Outcome {
    number: u64,
    value: Option<i64>,
}

impl Generation {
    /// The generation as it is now: what a read found that began after the call, whoever began it.
    async fn read(&self, db: &Db) -> Result<i64> {
        let begun = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if last.number > begun {
            return last
                .value
                .ok_or_else(|| Error::unavailable("The database does not answer. Try again in a moment."));
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let read = store::generation(db.reader()).await;
        *last = Outcome {
            number,
            value: read.as_ref().ok().copied(),
        };
        read
    }
}

impl GrantCache {
    /// What caches of grants and tokens are valid under.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn marker(&self, db: &Db, wakes: &Wakes) -> Result<i64> {
        if db.is_shared() {
            self.generation.read(db).await
        } else {
            Ok(wakes.count(Topic::Grants))
        }
    }

    /// What the caller with these subjects was granted.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn of(&self, db: &Db, wakes: &Wakes, subjects: &[String]) -> Result<Arc<GrantSet>> {
        // Before the rows: if they change in between, what is kept is kept under an old marker and never used.
        let marker = self.marker(db, wakes).await?;
        if let Some(set) = self.known(marker, subjects) {
            return Ok(set);
        }
        let set = Arc::new(GrantSet::new(subjects, store::of(db.reader(), subjects).await?));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.marker != marker || kept.sets.len() >= CAPACITY {
            kept.sets.clear();
            kept.marker = marker;
        }
        kept.sets.insert(subjects.to_vec(), Arc::clone(&set));
        Ok(set)
    }

    fn known(&self, marker: i64, subjects: &[String]) -> Option<Arc<GrantSet>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        (kept.marker == marker)
            .then(|| kept.sets.get(subjects).cloned())
            .flatten()
    }
}
