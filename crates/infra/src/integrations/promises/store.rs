//! All queries on `integration_promises`.

use sea_orm::ConnectionTrait;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use slipway_api::ids::RunId;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Entity, Promise};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0024_integration_promises",
    steps: || {
        vec![Step::Table(
            Table::new("integration_promises")
                .col("run_id", Type::Id)
                .col("integration_id", Type::Id)
                .col("name", Type::Name)
                .primary(&["run_id", "integration_id"])
                .belongs_to("run_id", "runs"),
        )]
    },
};

/// The promises of a run, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn of_run(connection: &impl ConnectionTrait, run: RunId) -> Result<Vec<Promise>> {
    Ok(Entity::find()
        .filter(Column::RunId.eq(run))
        .order_by_asc(Column::Name)
        .all(connection)
        .await?)
}

/// Writes the promises of a run in place of those that it had.
///
/// # Errors
///
/// Those of the database.
pub async fn replace(tx: &Tx, run: RunId, promises: Vec<Promise>) -> Result<()> {
    Entity::delete_many().filter(Column::RunId.eq(run)).exec(&**tx).await?;
    for promise in promises {
        Entity::insert(ActiveModel::from(promise).reset_all())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}
