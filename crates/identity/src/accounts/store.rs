//! All queries on `second_factors` and `recovery_codes`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_api::ids::UserId;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{SecondFactor, codes, factors};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0008_second_factors",
    steps: || {
        vec![
            Step::Table(
                Table::new("second_factors")
                    .col("user_id", Type::Id)
                    .col("secret", Type::Bytes)
                    .opt("confirmed_at", Type::Time)
                    .col("last_step", Type::Integer)
                    .col("created_at", Type::Time)
                    .primary(&["user_id"])
                    .belongs_to("user_id", "users"),
            ),
            Step::Table(
                Table::new("recovery_codes")
                    .col("user_id", Type::Id)
                    .col("hash", Type::Id)
                    .primary(&["user_id", "hash"])
                    .belongs_to("user_id", "users"),
            ),
        ]
    },
};

pub(crate) async fn factor(connection: &impl ConnectionTrait, user: UserId) -> Result<Option<SecondFactor>> {
    Ok(factors::Entity::find_by_id(user).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, factor: &SecondFactor) -> Result<()> {
    let row = factors::ActiveModel {
        user_id: Set(factor.user_id),
        secret: Set(factor.secret.clone()),
        confirmed_at: Set(factor.confirmed_at),
        last_step: Set(factor.last_step),
        created_at: Set(factor.created_at),
    };
    factors::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Notes that the code of `step` was taken; false when it, or a later one, was taken by somebody else.
pub(crate) async fn take_step(tx: &Tx, user: UserId, step: i64) -> Result<bool> {
    let result = factors::Entity::update_many()
        .col_expr(factors::Column::LastStep, Expr::value(step))
        .filter(factors::Column::UserId.eq(user))
        .filter(factors::Column::LastStep.lt(step))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Notes that the app has the secret; false when that was known.
pub(crate) async fn confirm(tx: &Tx, user: UserId, now: Timestamp) -> Result<bool> {
    let result = factors::Entity::update_many()
        .col_expr(factors::Column::ConfirmedAt, Expr::value(now))
        .filter(factors::Column::UserId.eq(user))
        .filter(factors::Column::ConfirmedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Deletes the second factor and its recovery codes; says whether there was one.
pub(crate) async fn delete(tx: &Tx, user: UserId) -> Result<bool> {
    delete_codes(tx, user).await?;
    Ok(factors::Entity::delete_by_id(user).exec(&**tx).await?.rows_affected == 1)
}

/// Gives the user other recovery codes.
pub(crate) async fn replace_codes(tx: &Tx, user: UserId, hashes: Vec<String>) -> Result<()> {
    delete_codes(tx, user).await?;
    let rows = hashes.into_iter().map(|hash| codes::ActiveModel {
        user_id: Set(user),
        hash: Set(hash),
    });
    codes::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Uses a recovery code up; false when there is none such.
pub(crate) async fn take_code(tx: &Tx, user: UserId, hash: &str) -> Result<bool> {
    let result = codes::Entity::delete_many()
        .filter(codes::Column::UserId.eq(user))
        .filter(codes::Column::Hash.eq(hash))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// How many recovery codes the user has left.
pub(crate) async fn count_codes(connection: &impl ConnectionTrait, user: UserId) -> Result<u64> {
    Ok(codes::Entity::find()
        .filter(codes::Column::UserId.eq(user))
        .count(connection)
        .await?)
}

async fn delete_codes(tx: &Tx, user: UserId) -> Result<()> {
    codes::Entity::delete_many()
        .filter(codes::Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}
