//! All queries on `attempts`.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Attempts, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0011_attempts",
    steps: || {
        vec![Step::Table(
            Table::new("attempts")
                .col("key", Type::Id)
                .col("count", Type::Integer)
                .col("last_at", Type::Time)
                .primary(&["key"])
                .index("attempts_last_at_idx", &["last_at"]),
        )]
    },
};

/// The row of `key`, which nobody else changes before this transaction ends; made if it is not there.
pub(crate) async fn hold(tx: &Tx, key: &str, now: Timestamp) -> Result<Attempts> {
    let fresh = Attempts {
        key: key.to_owned(),
        count: 0,
        last_at: now,
    };
    let there_already = OnConflict::column(Column::Key).do_nothing_on([Column::Key]).to_owned();
    Entity::insert(row(&fresh))
        .on_conflict(there_already)
        .exec_without_returning(&**tx)
        .await?;
    // The update takes the row's lock on every database; a plain read would not.
    Entity::update_many()
        .col_expr(Column::Count, Expr::col(Column::Count).add(0))
        .filter(Column::Key.eq(key))
        .exec(&**tx)
        .await?;
    Ok(Entity::find_by_id(key).one(&**tx).await?.unwrap_or(fresh))
}

pub(crate) async fn set(tx: &Tx, key: &str, count: i64, last_at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Count, Expr::value(count))
        .col_expr(Column::LastAt, Expr::value(last_at))
        .filter(Column::Key.eq(key))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Takes one attempt back that succeeded.
pub(crate) async fn forgive(tx: &Tx, key: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Count, Expr::col(Column::Count).sub(1))
        .filter(Column::Key.eq(key))
        .filter(Column::Count.gt(0))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, key: &str) -> Result<()> {
    Entity::delete_by_id(key).exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn delete_before(connection: &impl ConnectionTrait, moment: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::LastAt.lt(moment))
        .exec(connection)
        .await?;
    Ok(())
}

fn row(attempts: &Attempts) -> ActiveModel {
    ActiveModel {
        key: Set(attempts.key.clone()),
        count: Set(attempts.count),
        last_at: Set(attempts.last_at),
    }
}
