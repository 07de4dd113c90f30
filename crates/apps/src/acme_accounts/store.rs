//! All queries on `acme_accounts`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{AcmeAccount, ActiveModel, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0042_acme_accounts",
    steps: || {
        vec![Step::Table(
            Table::new("acme_accounts")
                .col("id", Type::Id)
                .col("directory", Type::Text)
                .col("sealed", Type::Bytes)
                .col("created_at", Type::Time)
                .primary(&["id"]),
        )]
    },
};

pub(crate) async fn find(connection: &impl ConnectionTrait, id: &str) -> Result<Option<AcmeAccount>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Adds one; one that somebody else added at the same moment stays.
pub(crate) async fn insert(tx: &Tx, account: AcmeAccount) -> Result<()> {
    let row = ActiveModel::from(account).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}
