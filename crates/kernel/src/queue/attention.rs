//! What administrators see of the queue, and what they may do about items that failed too often.
//!
//! What must stay true: only dead items are touched. A lost one is decided by its owner, who knows what may have happened.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::WorkItemId;
use slipway_api::page::EXACT_TOTAL;

use super::model::{Column, Entity, ItemState, WorkItem};
use super::store;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};
use crate::events::{self, NewEvent};
use crate::http::{Listed, Page};
use crate::wakes::Topic;

/// Which items to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; what is not done when empty.
    pub states: Vec<ItemState>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this pool.
    pub pool: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let states = match self.states.as_slice() {
            [] => Column::State.is_in([ItemState::Queued, ItemState::Leased, ItemState::Lost, ItemState::Dead]),
            states => Column::State.is_in(states.iter().copied()),
        };
        Condition::all()
            .add(states)
            .add_option(self.kind.as_ref().map(|kind| Column::Kind.eq(kind.as_str())))
            .add_option(self.pool.as_ref().map(|pool| Column::Pool.eq(pool.as_str())))
    }
}

/// A page of items, the oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Listed<WorkItem>> {
    let after = page.after.as_ref().map(|id| Column::Id.gt(id.as_str()));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

/// How the queue stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many items are in each state but `done`.
    pub by_state: BTreeMap<String, u64>,
    /// How many wait in each pool.
    pub waiting: BTreeMap<String, u64>,
    /// Since when the oldest waits that could be begun.
    pub oldest: Option<Timestamp>,
    /// How many are held by somebody who fell silent.
    pub silent: u64,
}

/// How the queue stands at `now`.
///
/// # Errors
///
/// Those of the database.
pub async fn standing(connection: &impl ConnectionTrait, now: Timestamp) -> Result<Standing> {
    let counted: Vec<(String, ItemState, i64)> = Entity::find()
        .select_only()
        .column(Column::Pool)
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .filter(Filter::default().condition())
        .group_by(Column::Pool)
        .group_by(Column::State)
        .into_tuple()
        .all(connection)
        .await?;
    let mut standing = Standing::default();
    for (pool, state, count) in counted {
        let count = u64::try_from(count).unwrap_or(0);
        *standing.by_state.entry(state.to_value()).or_default() += count;
        if state == ItemState::Queued {
            standing.waiting.insert(pool, count);
        }
    }
    let oldest: Option<Option<Timestamp>> = Entity::find()
        .select_only()
        .column_as(Column::RunAfter.min(), "oldest")
        .filter(Column::State.eq(ItemState::Queued))
        .filter(Column::RunAfter.lte(now))
        .into_tuple()
        .one(connection)
        .await?;
    standing.oldest = oldest.flatten();
    let silent = Entity::find()
        .filter(Column::State.eq(ItemState::Leased))
        .filter(Column::LeaseUntil.lt(now));
    standing.silent = silent.count(connection).await?;
    Ok(standing)
}

/// Has a dead item tried again from the beginning. That the caller may was found out before.
///
/// # Errors
///
/// `NotFound`; `Conflict` when it is not dead.
pub async fn retry(ctx: &Ctx, id: WorkItemId) -> Result<WorkItem> {
    let mut tx = ctx.begin().await?;
    let item = dead(&tx, id).await?;
    let revived = Entity::update_many()
        .col_expr(Column::State, Expr::value(ItemState::Queued))
        .col_expr(Column::Attempt, Expr::value(0))
        .col_expr(Column::RunAfter, Expr::value(ctx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(ItemState::Dead))
        .exec(&*tx)
        .await?;
    if revived.rows_affected == 0 {
        return Err(not_dead(&item));
    }
    note(&mut tx, ctx, &item, "work-item.retried").await?;
    tx.wake(Topic::Queue);
    let item = store::get(&*tx, id).await?;
    tx.commit().await?;
    Ok(item)
}

/// Drops a dead item: it is never tried again. That the caller may was found out before.
///
/// # Errors
///
/// `NotFound`; `Conflict` when it is not dead.
pub async fn drop_item(ctx: &Ctx, id: WorkItemId) -> Result<WorkItem> {
    let mut tx = ctx.begin().await?;
    let item = dead(&tx, id).await?;
    let dropped = Entity::update_many()
        .col_expr(Column::State, Expr::value(ItemState::Done))
        .col_expr(Column::FinishedAt, Expr::value(ctx.now()))
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(ItemState::Dead))
        .exec(&*tx)
        .await?;
    if dropped.rows_affected == 0 {
        return Err(not_dead(&item));
    }
    note(&mut tx, ctx, &item, "work-item.dropped").await?;
    let item = store::get(&*tx, id).await?;
    tx.commit().await?;
    Ok(item)
}

async fn dead(tx: &Tx, id: WorkItemId) -> Result<WorkItem> {
    let item = store::get(&**tx, id).await?;
    if item.state == ItemState::Dead {
        return Ok(item);
    }
    Err(not_dead(&item))
}

fn not_dead(item: &WorkItem) -> Error {
    Error::conflict(format!(
        "The work item {} did not fail too often. What is queued or held goes on by itself; what was lost is decided by \
         its owner.",
        item.id
    ))
}

async fn note(tx: &mut Tx, ctx: &Ctx, item: &WorkItem, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "work-item",
        object_id: item.id.to_string(),
        object_name: item.kind.clone(),
        access_id: None,
        changes: json!({"subject": item.subject, "organization": item.organization_id, "last-error": item.last_error}),
    };
    events::record(tx, ctx, event).await
}
