//! Grants as read last, so that a request does not read them again.
//!
//! What is kept counts only under the marker it was read under, and every change of grants or tokens makes a new
//! marker. In a database of one process the marker is this process's own count of such commits; where replicas share
//! the database it is the generation number, read again for every decision, so that a removed assignment removes the
//! access at once, everywhere.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{GrantSet, store};
use crate::db::Db;
use crate::errors::Result;
use crate::wakes::{Topic, Wakes};

/// Entries kept at most; beyond, everything is dropped and read again.
const CAPACITY: usize = 10_000;

/// The grants of callers, by their subjects.
#[derive(Default)]
pub struct GrantCache {
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    marker: i64,
    sets: HashMap<Vec<String>, Arc<GrantSet>>,
}

/// What caches of grants and tokens are valid under.
///
/// # Errors
///
/// Those of the database.
pub async fn marker(db: &Db, wakes: &Wakes) -> Result<i64> {
    if db.is_shared() {
        store::generation(db.reader()).await
    } else {
        Ok(wakes.count(Topic::Grants))
    }
}

impl GrantCache {
    /// What the caller with these subjects was granted.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn of(&self, db: &Db, wakes: &Wakes, subjects: &[String]) -> Result<Arc<GrantSet>> {
        // Before the rows: if they change in between, what is kept is kept under an old marker and never used.
        let marker = marker(db, wakes).await?;
        if let Some(set) = self.known(marker, subjects) {
            return Ok(set);
        }
        let set = Arc::new(GrantSet::new(store::of(db.reader(), subjects).await?));
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
