//! All queries on `app_routers`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use slipway_api::Timestamp;
use slipway_api::ids::AppRouterId;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, AppRouter, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0044_app_routers",
    steps: || {
        vec![Step::Table(
            Table::new("app_routers")
                .col("id", Type::Id)
                .col("name", Type::Name)
                .col("token_hash", Type::Id)
                .opt("table_version", Type::Integer)
                .col("program", Type::Name)
                .opt("last_seen_at", Type::Time)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("app_routers_name_key", &["name"])
                .unique("app_routers_token_hash_key", &["token_hash"]),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, router: &AppRouter) -> Result<()> {
    Entity::insert(ActiveModel::from(router.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("router", &router.name))?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, id: AppRouterId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: AppRouterId) -> Result<Option<AppRouter>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one with a token.
pub(crate) async fn by_token(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<AppRouter>> {
    let one = Entity::find().filter(Column::TokenHash.eq(hash));
    Ok(one.one(connection).await?)
}

/// Every one, by name.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<AppRouter>> {
    Ok(Entity::find().order_by_asc(Column::Name).all(connection).await?)
}

/// Notes how one is.
pub(crate) async fn note(tx: &Tx, id: AppRouterId, serves: i64, program: &str, now: Timestamp) -> Result<()> {
    let row = ActiveModel {
        table_version: Set(Some(serves)),
        program: Set(program.to_owned()),
        last_seen_at: Set(Some(now)),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}
