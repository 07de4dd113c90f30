//! What becomes of items whose holder fell silent.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::Timestamp;

use super::model::{Column, Entity, ItemState, OnLost};
use crate::db::Tx;
use crate::errors::Result;
use crate::wakes::Topic;

/// How often an item may be claimed by holders of whom nobody hears again, each time.
const CLAIMS_WITHOUT_A_BEGINNING: i64 = 10;

/// Takes items from holders that fell silent: back to the queue, or `lost`. What was not begun goes back also when it
/// must not be repeated, and as if that claim had not been. Says how many it took.
///
/// # Errors
///
/// Those of the database.
pub async fn reap(tx: &mut Tx, now: Timestamp) -> Result<usize> {
    reap_of(tx, None, now).await
}

/// The same of one pool, if it is given.
///
/// # Errors
///
/// Those of the database.
pub async fn reap_of(tx: &mut Tx, pool: Option<&str>, now: Timestamp) -> Result<usize> {
    let mut silent = Entity::find()
        .filter(Column::State.eq(ItemState::Leased))
        .filter(Column::LeaseUntil.lt(now));
    if let Some(pool) = pool {
        silent = silent.filter(Column::Pool.eq(pool));
    }
    let silent = silent.limit(100).all(&**tx).await?;
    for item in &silent {
        let was_begun = item.begun_at.is_some() || item.fence >= CLAIMS_WITHOUT_A_BEGINNING;
        let (state, attempt) = match item.on_lost {
            OnLost::Report if !was_begun => (ItemState::Queued, item.attempt - 1),
            OnLost::Requeue if item.attempt < item.max_attempts => (ItemState::Queued, item.attempt),
            OnLost::Requeue | OnLost::Report => (ItemState::Lost, item.attempt),
        };
        let still_so = match item.begun_at {
            Some(_) => Column::BegunAt.is_not_null(),
            None => Column::BegunAt.is_null(),
        };
        Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Attempt, Expr::value(attempt))
            .col_expr(Column::RunAfter, Expr::value(now))
            .col_expr(
                Column::LastError,
                Expr::value("The holder fell silent and its lease ended."),
            )
            .filter(Column::Id.eq(item.id))
            .filter(Column::Fence.eq(item.fence))
            .filter(Column::State.eq(ItemState::Leased))
            .filter(Column::LeaseUntil.lt(now))
            .filter(still_so)
            .exec(&**tx)
            .await?;
    }
    if !silent.is_empty() {
        tx.wake(Topic::Queue);
    }
    Ok(silent.len())
}

/// Whether somebody who holds an item of the pool fell silent.
///
/// # Errors
///
/// Those of the database.
pub async fn has_silent(connection: &impl ConnectionTrait, pool: &str, now: Timestamp) -> Result<bool> {
    let silent = Entity::find()
        .filter(Column::State.eq(ItemState::Leased))
        .filter(Column::LeaseUntil.lt(now))
        .filter(Column::Pool.eq(pool));
    Ok(silent.one(connection).await?.is_some())
}
