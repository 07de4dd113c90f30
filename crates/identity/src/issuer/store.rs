//! All queries on `signing_keys`. There are never more than a few.

use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, entity::prelude::*};
use slipway_api::ids::SigningKeyId;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Entity, SigningKey};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0060_signing_keys",
    steps: || {
        vec![Step::Table(
            Table::new("signing_keys")
                .col("id", Type::Id)
                .col("public", Type::Json)
                .col("private", Type::Bytes)
                .col("created_at", Type::Time)
                .col("signs_from", Type::Time)
                .primary(&["id"]),
        )]
    },
};

/// All keys, oldest first.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<SigningKey>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, key: &SigningKey) -> Result<()> {
    let row = ActiveModel {
        id: Set(key.id),
        public: Set(key.public.clone()),
        private: Set(key.private.clone()),
        created_at: Set(key.created_at),
        signs_from: Set(key.signs_from),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, ids: &[SigningKeyId]) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(&**tx)
        .await?;
    Ok(())
}
