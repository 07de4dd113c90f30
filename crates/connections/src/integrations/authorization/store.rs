//! All queries on `integration_authorizations`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::secrets::SealedColumn;
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Authorization, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0003_integration_authorizations",
    steps: || {
        vec![Step::Table(
            Table::new("integration_authorizations")
                .col("hash", Type::Id)
                .col("integration_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("user_id", Type::Id)
                .col("verifier", Type::Bytes)
                .col("expires_at", Type::Time)
                .primary(&["hash"])
                .index("integration_authorizations_expires_at_idx", &["expires_at"])
                .belongs_to("integration_id", "integrations"),
        )]
    },
};

pub(crate) const SEALED: SealedColumn =
    SealedColumn::new("integration_authorizations", "verifier", "hash", "organization_id");

pub(crate) async fn insert(tx: &Tx, row: &Authorization) -> Result<()> {
    Entity::insert(ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<Authorization>> {
    Ok(Entity::find_by_id(hash).one(connection).await?)
}

/// Deletes it; says whether it was there, so that only one of two answers counts.
pub(crate) async fn delete(tx: &Tx, hash: &str) -> Result<bool> {
    Ok(Entity::delete_by_id(hash).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn delete_expired(tx: &Tx, now: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(&**tx)
        .await?;
    Ok(())
}
