//! All queries on `app_routings`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::AppId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, Limits};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0043_app_routings",
    steps: || {
        vec![Step::Table(
            Table::new("app_routings")
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("redirect", Type::Id)
                .col("most_bytes", Type::Integer)
                .col("patience_seconds", Type::Integer)
                .col("most_requests", Type::Integer)
                .col("changed_at", Type::Time)
                .primary(&["app_id"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// Writes what counts for an app, which is held.
pub(crate) async fn put(tx: &Tx, limits: &Limits) -> Result<()> {
    let row = || ActiveModel::from(limits.clone()).reset_all();
    if find(&**tx, limits.app_id).await?.is_none() {
        Entity::insert(row()).exec_without_returning(&**tx).await?;
        return Ok(());
    }
    let one = Entity::update_many().set(row()).filter(Column::AppId.eq(limits.app_id));
    one.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId) -> Result<Option<Limits>> {
    Ok(Entity::find_by_id(app).one(connection).await?)
}

/// Every one.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Limits>> {
    Ok(Entity::find().all(connection).await?)
}

/// How many there are and when one last changed: as long as this is the same, they are.
pub(crate) async fn mark(connection: &impl ConnectionTrait) -> Result<(i64, Option<Timestamp>)> {
    let mark = Entity::find()
        .select_only()
        .column_as(Column::AppId.count(), "count")
        .column_as(Column::ChangedAt.max(), "changed_at");
    Ok(mark.into_tuple().one(connection).await?.unwrap_or_default())
}
