//! All queries on `schedules`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::ScheduleId;

use super::model::{ActiveModel, Column, Entity, Schedule};
use super::timing::Timing;
use crate::blobs::Owner;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0008_schedules",
    steps: || {
        vec![Step::Table(
            Table::new("schedules")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("owner_kind", Type::Id)
                .col("owner_id", Type::Id)
                .col("kind", Type::Id)
                .col("payload", Type::Json)
                .col("timing", Type::Json)
                .opt("next_at", Type::Time)
                .opt("fired_at", Type::Time)
                .col("is_paused", Type::Boolean)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .index("schedules_next_at_idx", &["next_at"])
                .index("schedules_owner_idx", &["owner_kind", "owner_id"]),
        )]
    },
};

/// Stores a new schedule.
pub(super) async fn insert(tx: &Tx, schedule: Schedule) -> Result<()> {
    let row = ActiveModel {
        id: Set(schedule.id),
        organization_id: Set(schedule.organization_id),
        owner_kind: Set(schedule.owner_kind),
        owner_id: Set(schedule.owner_id),
        kind: Set(schedule.kind),
        payload: Set(schedule.payload),
        timing: Set(schedule.timing),
        next_at: Set(schedule.next_at),
        fired_at: Set(schedule.fired_at),
        is_paused: Set(schedule.is_paused),
        created_at: Set(schedule.created_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The schedule.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: ScheduleId) -> Result<Schedule> {
    let found = Entity::find_by_id(id).one(connection).await?;
    found.ok_or_else(|| Error::not_found("schedule", id))
}

/// The schedules of an object, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn of_owner(connection: &impl ConnectionTrait, owner: &Owner) -> Result<Vec<Schedule>> {
    Ok(Entity::find()
        .filter(Column::OwnerKind.eq(owner.kind))
        .filter(Column::OwnerId.eq(owner.id.as_str()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Several schedules, in no order; those that are gone are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn of_ids(connection: &impl ConnectionTrait, ids: &[ScheduleId]) -> Result<Vec<Schedule>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// Removes a schedule.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &Tx, id: ScheduleId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// Schedules of these kinds that are due, longest first.
pub(super) async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    kinds: &[&str],
    limit: u64,
) -> Result<Vec<Schedule>> {
    Ok(Entity::find()
        .filter(Column::NextAt.lte(now))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .filter(Column::IsPaused.eq(false))
        .order_by_asc(Column::NextAt)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Moves a due schedule on; false when another replica just did.
pub(super) async fn advance(tx: &Tx, due: &Schedule, fired_at: Timestamp, next_at: Option<Timestamp>) -> Result<bool> {
    let advanced = Entity::update_many()
        .col_expr(Column::FiredAt, Expr::value(fired_at))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Id.eq(due.id))
        .filter(Column::NextAt.eq(due.next_at))
        .filter(Column::IsPaused.eq(false))
        .exec(&**tx)
        .await?;
    Ok(advanced.rows_affected == 1)
}

/// Holds a schedule back, or lets it go on at `next_at`.
pub(super) async fn set_paused(tx: &Tx, id: ScheduleId, is_paused: bool, next_at: Option<Timestamp>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::IsPaused, Expr::value(is_paused))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Gives a schedule other times.
pub(super) async fn set_timing(tx: &Tx, id: ScheduleId, timing: Timing, next_at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Timing, Expr::value(timing))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}
