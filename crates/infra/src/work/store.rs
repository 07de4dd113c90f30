//! All queries on `work_attempts`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{Attempt, Column, Entity, Reported};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0008_work",
    steps: || {
        vec![Step::Table(
            Table::new("work_attempts")
                .col("token_hash", Type::Id)
                .col("work_item_id", Type::Id)
                .col("fence", Type::Integer)
                .col("runner_id", Type::Id)
                .col("claimed_at", Type::Time)
                .opt("completion", Type::Json)
                .primary(&["token_hash"])
                .unique("work_attempts_work_item_id_fence_key", &["work_item_id", "fence"]),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, attempt: &Attempt) -> Result<()> {
    Entity::insert(attempt.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, token_hash: &str) -> Result<Option<Attempt>> {
    Ok(Entity::find_by_id(token_hash).one(connection).await?)
}

/// The claim of an item under a fence.
pub(crate) async fn of_fence(
    connection: &impl ConnectionTrait,
    item: slipway_api::ids::WorkItemId,
    fence: i64,
) -> Result<Option<Attempt>> {
    Ok(Entity::find()
        .filter(Column::WorkItemId.eq(item))
        .filter(Column::Fence.eq(fence))
        .one(connection)
        .await?)
}

/// Keeps what the runner said at the end.
pub(crate) async fn complete(tx: &Tx, token_hash: &str, completion: Reported) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Completion, Expr::value(completion))
        .filter(Column::TokenHash.eq(token_hash))
        .exec(&**tx)
        .await?;
    Ok(())
}
