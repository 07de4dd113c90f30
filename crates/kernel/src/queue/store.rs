//! All queries on `work_items`.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, DbBackend, QueryOrder, QuerySelect, Statement};
use slipway_api::ids::{OrganizationId, WorkItemId};
use slipway_api::{Code, Timestamp};

pub use super::hastening::{hasten, hasten_or_enqueue};
use super::model::{ActiveModel, Column, Entity, ItemState, NewItem, Stop, WorkItem};
use super::order::{self, Offer};
pub use super::silence::{has_silent, reap, reap_of};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};
use crate::wakes::Topic;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0004_queue",
    steps: || {
        vec![
            Step::Table(
                Table::new("work_items")
                    .col("id", Type::Id)
                    .col("kind", Type::Id)
                    .col("subject", Type::Id)
                    .col("pool", Type::Id)
                    .opt("organization_id", Type::Id)
                    .col("priority", Type::Integer)
                    .col("state", Type::Id)
                    .col("run_after", Type::Time)
                    .col("attempt", Type::Integer)
                    .col("max_attempts", Type::Integer)
                    .col("on_lost", Type::Id)
                    .opt("lease_owner", Type::Id)
                    .opt("lease_until", Type::Time)
                    .col("fence", Type::Integer)
                    .opt("token_hash", Type::Id)
                    .col("stop", Type::Id)
                    .col("payload", Type::Json)
                    .col("created_at", Type::Time)
                    .opt("claimed_at", Type::Time)
                    .opt("finished_at", Type::Time)
                    .opt("last_error", Type::Text)
                    .primary(&["id"])
                    .index(
                        "work_items_pool_state_idx",
                        &["pool", "state", "organization_id", "priority"],
                    )
                    .index("work_items_state_lease_until_idx", &["state", "lease_until"])
                    .index("work_items_subject_idx", &["subject"]),
            ),
            Step::Table(
                Table::new("leases")
                    .col("name", Type::Id)
                    .col("holder", Type::Id)
                    .col("until", Type::Time)
                    .primary(&["name"]),
            ),
        ]
    },
};

/// When a claim was begun. What is leased when this comes counts as begun, because nobody knows.
pub(crate) const BEGUN: Migration = Migration {
    name: "kernel_0009_queue_begun",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE work_items ADD COLUMN begun_at BIGINT"),
            Step::Sql("UPDATE work_items SET begun_at = claimed_at WHERE state <> 'queued'"),
        ]
    },
};

/// Adds an item, and wakes who waits for work once the transaction is committed.
///
/// # Errors
///
/// Those of the database.
pub async fn enqueue(tx: &mut Tx, ctx: &Ctx, item: NewItem) -> Result<WorkItemId> {
    let id: WorkItemId = ctx.new_id()?;
    let now = ctx.now();
    let row = ActiveModel {
        id: Set(id),
        kind: Set(item.kind.to_owned()),
        subject: Set(item.subject),
        pool: Set(item.pool),
        organization_id: Set(item.organization),
        priority: Set(item.priority),
        state: Set(ItemState::Queued),
        run_after: Set(item.run_after.unwrap_or(now)),
        attempt: Set(0),
        max_attempts: Set(item.max_attempts),
        on_lost: Set(item.on_lost),
        lease_owner: Set(None),
        lease_until: Set(None),
        fence: Set(0),
        token_hash: Set(None),
        stop: Set(Stop::No),
        payload: Set(item.payload),
        created_at: Set(now),
        claimed_at: Set(None),
        begun_at: Set(None),
        finished_at: Set(None),
        last_error: Set(None),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    tx.wake(Topic::Queue);
    Ok(id)
}

/// The terms of a claim.
#[derive(Debug, Clone)]
pub struct Lease<'a> {
    /// Pools whose items the claimer may have.
    pub pools: &'a [String],
    /// Who claims.
    pub owner: String,
    /// For how long without a heartbeat.
    pub duration: Duration,
    /// SHA-256 of the token that opens the item.
    pub token_hash: Option<String>,
}

/// A claimed item; its fence is the one to present.
pub type Claimed = WorkItem;

/// Claims the next item, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn claim(tx: &Tx, now: Timestamp, lease: &Lease<'_>) -> Result<Option<Claimed>> {
    claim_but(tx, now, lease, &Barred::default()).await
}

/// What is not claimed now.
#[derive(Debug, Default)]
pub(super) struct Barred {
    /// Items of these kinds.
    pub kinds: Vec<String>,
    /// Items of these kinds about these subjects.
    pub subjects: Vec<(String, String)>,
}

/// Claims the next item that is not barred, if there is one.
pub(super) async fn claim_but(tx: &Tx, now: Timestamp, lease: &Lease<'_>, barred: &Barred) -> Result<Option<Claimed>> {
    let offers = offers(tx, now, lease.pools, barred).await?;
    if offers.is_empty() {
        return Ok(None);
    }
    for offer in order::sorted(offers, &running(tx, lease.pools).await?) {
        let taken = Entity::update_many()
            .col_expr(Column::State, Expr::value(ItemState::Leased))
            .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
            .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
            .col_expr(Column::LeaseOwner, Expr::value(lease.owner.as_str()))
            .col_expr(Column::LeaseUntil, Expr::value(now.after(lease.duration)))
            .col_expr(Column::TokenHash, Expr::value(lease.token_hash.clone()))
            .col_expr(Column::ClaimedAt, Expr::value(now))
            .col_expr(Column::BegunAt, Expr::value(None::<Timestamp>))
            .filter(Column::Id.eq(offer.id))
            // Not SKIP LOCKED: whoever else claimed it in the meantime changed the state, on every database.
            .filter(Column::State.eq(ItemState::Queued))
            .exec(&**tx)
            .await?;
        if taken.rows_affected == 1 {
            return Ok(Some(get(&**tx, offer.id).await?));
        }
    }
    Ok(None)
}

/// Kinds and subjects of the items that are held in a pool.
pub(super) async fn held_subjects(tx: &Tx, pool: &str) -> Result<Vec<(String, String)>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Kind)
        .column(Column::Subject)
        .filter(Column::State.eq(ItemState::Leased))
        .filter(Column::Pool.eq(pool))
        .into_tuple()
        .all(&**tx)
        .await?)
}

/// The best ready item of each organization.
async fn offers(tx: &Tx, now: Timestamp, pools: &[String], barred: &Barred) -> Result<Vec<Offer>> {
    let marks = placeholders(tx.backend(), 2, pools.len());
    let first = placeholders(tx.backend(), 1, 1);
    let (without, excluded) = barred.conditions(tx.backend(), 2 + pools.len());
    let sql = format!(
        "SELECT id, organization_id, priority FROM (SELECT id, organization_id, priority, ROW_NUMBER() OVER \
         (PARTITION BY organization_id ORDER BY priority DESC, id) AS place FROM work_items WHERE state = 'queued' AND \
         run_after <= {first} AND pool IN ({marks}){without}) AS ranked WHERE place = 1"
    );
    let values = std::iter::once(now.into())
        .chain(pools.iter().map(|pool| pool.as_str().into()))
        .chain(excluded.into_iter().map(Into::into));
    let rows = tx
        .query_all_raw(Statement::from_sql_and_values(tx.backend(), sql, values))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Offer {
                id: row.try_get("", "id")?,
                organization: row.try_get("", "organization_id")?,
                priority: row.try_get("", "priority")?,
            })
        })
        .collect()
}

impl Barred {
    /// Conditions with placeholders from `start`, and their values.
    fn conditions(&self, backend: DbBackend, start: usize) -> (String, Vec<&str>) {
        let mut sql = String::new();
        let mut values = Vec::new();
        for kind in &self.kinds {
            let mark = placeholders(backend, start + values.len(), 1);
            sql.push_str(&format!(" AND kind <> {mark}"));
            values.push(kind.as_str());
        }
        for (kind, subject) in &self.subjects {
            let first = placeholders(backend, start + values.len(), 1);
            let second = placeholders(backend, start + values.len() + 1, 1);
            sql.push_str(&format!(" AND NOT (kind = {first} AND subject = {second})"));
            values.extend([kind.as_str(), subject.as_str()]);
        }
        (sql, values)
    }
}

/// `?, ?` or `$2, $3`.
fn placeholders(backend: DbBackend, start: usize, count: usize) -> String {
    let mark = |number: usize| match backend {
        DbBackend::Postgres => format!("${number}"),
        _ => "?".to_owned(),
    };
    (start..start + count).map(mark).collect::<Vec<_>>().join(", ")
}

async fn running(tx: &Tx, pools: &[String]) -> Result<HashMap<Option<OrganizationId>, u64>> {
    let rows: Vec<(Option<OrganizationId>, i64)> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .column_as(Column::Id.count(), "count")
        .filter(Column::State.eq(ItemState::Leased))
        .filter(Column::Pool.is_in(pools.iter().cloned()))
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(organization, count)| (organization, u64::try_from(count).unwrap_or(0)))
        .collect())
}

/// The item.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: WorkItemId) -> Result<WorkItem> {
    find(connection, id)
        .await?
        .ok_or_else(|| Error::not_found("work item", id))
}

/// The item, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: WorkItemId) -> Result<Option<WorkItem>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The item, if it is still held under `fence`.
///
/// # Errors
///
/// `StaleLease` when it is not.
pub async fn held(connection: &impl ConnectionTrait, id: WorkItemId, fence: i64) -> Result<WorkItem> {
    let item = get(connection, id).await?;
    if item.state == ItemState::Leased && item.fence == fence {
        return Ok(item);
    }
    Err(stale())
}

/// The item, if nobody was given it after the holder of `fence`: it is still held, or it ended as the holder said.
///
/// # Errors
///
/// `StaleLease` when it is not.
pub async fn last_held(connection: &impl ConnectionTrait, id: WorkItemId, fence: i64) -> Result<WorkItem> {
    let item = get(connection, id).await?;
    if matches!(item.state, ItemState::Leased | ItemState::Done) && item.fence == fence {
        return Ok(item);
    }
    Err(stale())
}

/// The lease has ended, and somebody else may have the item.
#[must_use]
pub fn stale() -> Error {
    Error::new(
        Code::StaleLease,
        "The lease of this work item has ended. Stop working on it; claim another.",
    )
}

/// Notes that the holder of an item was heard of.
///
/// # Errors
///
/// `StaleLease`, or those of the database.
pub async fn begin(tx: &Tx, id: WorkItemId, fence: i64, now: Timestamp) -> Result<()> {
    let begun = Entity::update_many()
        .col_expr(Column::BegunAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.eq(ItemState::Leased))
        .exec(&**tx)
        .await?;
    if begun.rows_affected == 0 {
        return Err(stale());
    }
    Ok(())
}

/// Extends the lease of a held item, and returns the item as it is then.
///
/// # Errors
///
/// `StaleLease`, or those of the database.
pub async fn heartbeat(tx: &Tx, id: WorkItemId, fence: i64, until: Timestamp) -> Result<WorkItem> {
    let extended = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(until))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.eq(ItemState::Leased))
        .exec(&**tx)
        .await?;
    if extended.rows_affected == 0 {
        return Err(stale());
    }
    get(&**tx, id).await
}

/// Ends a held item.
///
/// # Errors
///
/// `StaleLease`, or those of the database.
pub async fn finish(tx: &mut Tx, id: WorkItemId, fence: i64, now: Timestamp) -> Result<()> {
    let finished = Entity::update_many()
        .col_expr(Column::State, Expr::value(ItemState::Done))
        .col_expr(Column::FinishedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.eq(ItemState::Leased))
        .exec(&**tx)
        .await?;
    if finished.rows_affected == 0 {
        return Err(stale());
    }
    tx.wake(Topic::Queue);
    Ok(())
}

/// Ends an item whoever holds it: it was cancelled before its claim, its run was forced to end, or it was lost.
///
/// # Errors
///
/// Those of the database.
pub async fn withdraw(tx: &Tx, id: WorkItemId, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(ItemState::Done))
        .col_expr(Column::FinishedAt, Expr::value(now))
        // So that a holder that comes back is refused.
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::State.ne(ItemState::Done))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Asks the holder of an item to stop; it learns with its next heartbeat.
///
/// # Errors
///
/// Those of the database.
pub async fn ask_to_stop(tx: &Tx, id: WorkItemId, stop: Stop) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Stop, Expr::value(stop))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Puts a held item back, to be tried again not before `run_after`; dead when its attempts are used up.
///
/// # Errors
///
/// `StaleLease`, or those of the database.
pub async fn retry(tx: &mut Tx, item: &WorkItem, run_after: Timestamp, error: &str) -> Result<()> {
    let state = if item.attempt >= item.max_attempts {
        ItemState::Dead
    } else {
        ItemState::Queued
    };
    let put_back = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::RunAfter, Expr::value(run_after))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(item.id))
        .filter(Column::Fence.eq(item.fence))
        // The fence alone is not enough: a lost item keeps it until the next claim.
        .filter(Column::State.eq(ItemState::Leased))
        .exec(&**tx)
        .await?;
    if put_back.rows_affected == 0 {
        return Err(stale());
    }
    tx.wake(Topic::Queue);
    Ok(())
}

/// Items of these kinds that were lost and wait for their owner.
///
/// # Errors
///
/// Those of the database.
pub async fn lost(connection: &impl ConnectionTrait, kinds: &[&str]) -> Result<Vec<WorkItem>> {
    let query = Entity::find()
        .filter(Column::State.eq(ItemState::Lost))
        .filter(Column::Kind.is_in(kinds.iter().copied()));
    Ok(query.order_by_asc(Column::Id).limit(100).all(connection).await?)
}

/// When the next item of these pools that is not ready yet becomes ready.
///
/// # Errors
///
/// Those of the database.
pub async fn next_ready_at(connection: &impl ConnectionTrait, pools: &[String]) -> Result<Option<Timestamp>> {
    let next: Option<Option<Timestamp>> = Entity::find()
        .select_only()
        .column_as(Column::RunAfter.min(), "next")
        .filter(Column::State.eq(ItemState::Queued))
        .filter(Column::Pool.is_in(pools.iter().cloned()))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(next.flatten())
}

/// How many items of the same pool and organization wait before this one.
///
/// # Errors
///
/// Those of the database.
pub async fn queued_before(connection: &impl ConnectionTrait, id: WorkItemId) -> Result<u64> {
    let Some(item) = find(connection, id).await? else {
        return Ok(0);
    };
    let earlier = Condition::any().add(Column::Priority.gt(item.priority)).add(
        Condition::all()
            .add(Column::Priority.eq(item.priority))
            .add(Column::Id.lt(id)),
    );
    let query = Entity::find()
        .filter(Column::Pool.eq(item.pool))
        .filter(Column::State.eq(ItemState::Queued))
        .filter(match item.organization_id {
            Some(organization) => Column::OrganizationId.eq(organization),
            None => Column::OrganizationId.is_null(),
        })
        .filter(earlier);
    Ok(query.count(connection).await?)
}
