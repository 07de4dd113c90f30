//! Totals of long lists, kept for a moment: counting a hundred thousand rows costs more than reading the page that shows
//! their number.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sea_orm::{EntityTrait, PaginatorTrait, QueryTrait, Select};
use slipway_api::Timestamp;

use crate::ctx::Ctx;
use crate::errors::Result;

/// Totals below are counted each time: they are cheap, and somebody may be looking for the one row more.
const LONG: u64 = 10_000;
/// How old a long list's total may be.
const AGE: Duration = Duration::from_secs(10);
/// Totals kept at most; beyond, all are counted anew.
const CAPACITY: usize = 1_000;

/// Totals by the statement that selects the rows.
#[derive(Default)]
pub struct Totals(Mutex<HashMap<String, (Timestamp, u64)>>);

impl Totals {
    /// How many rows `counted` selects, exact but for what happened in the last seconds to a long list.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn count<E>(&self, ctx: &Ctx, counted: Select<E>) -> Result<u64>
    where
        E: EntityTrait,
        E::Model: Sync,
    {
        let reader = ctx.db.reader();
        let statement = counted.build(reader.get_database_backend()).to_string();
        let now = ctx.now();
        if let Some(total) = self.known(&statement, now) {
            return Ok(total);
        }
        let total = counted.count(reader).await?;
        if total >= LONG {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= CAPACITY {
                kept.clear();
            }
            kept.insert(statement, (now, total));
        }
        Ok(total)
    }

    fn known(&self, statement: &str, now: Timestamp) -> Option<u64> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, total) = kept.get(statement)?;
        (now.since(*at) < AGE).then_some(*total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_known_for_a_while_and_by_its_statement_only() {
        let (totals, then) = (Totals::default(), Timestamp::from_unix_ms(1_763_680_000_000));
        let after = |seconds: i64| Timestamp::from_unix_ms(1_763_680_000_000 + seconds * 1000);
        totals.0.lock().unwrap().insert("one".to_owned(), (then, 50_000));
        assert_eq!(totals.known("one", after(9)), Some(50_000));
        assert_eq!(totals.known("one", after(10)), None);
        assert_eq!(totals.known("two", then), None);
    }
}
