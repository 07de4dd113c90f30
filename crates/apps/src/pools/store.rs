//! All queries on `pools`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, PoolId};
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Pool};
use crate::owner;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0002_pools",
    steps: || {
        vec![Step::Table(
            Table::new("pools")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("cluster_id", Type::Id)
                .col("name", Type::Name)
                .col("is_default", Type::Boolean)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("pools_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations")
                .references("cluster_id", "clusters"),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when its owner has one of this name.
pub(crate) async fn insert(tx: &Tx, pool: &Pool) -> Result<()> {
    let row = ActiveModel::from(pool.clone()).reset_all();
    let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| taken(&pool.name))?;
    Ok(())
}

/// Writes one as it is now.
///
/// # Errors
///
/// `AlreadyExists` when its owner has another of this name.
pub(crate) async fn update(tx: &Tx, pool: &Pool) -> Result<()> {
    let row = ActiveModel::from(pool.clone()).reset_all();
    let one = Entity::update_many().set(row).filter(Column::Id.eq(pool.id));
    one.exec(&**tx).await.on_unique(|| taken(&pool.name))?;
    Ok(())
}

/// Has none of this owner's be the default one.
pub(crate) async fn no_default(tx: &Tx, owner: Option<OrganizationId>) -> Result<()> {
    let row = ActiveModel {
        is_default: Set(false),
        ..Default::default()
    };
    let own = owner::store::of(Column::OrganizationId, owner);
    Entity::update_many().set(row).filter(own).exec(&**tx).await?;
    Ok(())
}

/// Removes one.
pub(crate) async fn delete(tx: &Tx, id: PoolId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: PoolId) -> Result<Option<Pool>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Removes those of an organization that is being deleted.
pub(crate) async fn delete_of(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let own = Entity::delete_many().filter(Column::OrganizationId.eq(organization));
    own.exec(&**tx).await?;
    Ok(())
}

pub(crate) fn taken(name: &Name) -> Error {
    let detail = format!("There is a pool \"{name}\" already; choose another name.");
    Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: PoolId) -> Result<Option<Pool>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those that an organization sees, by name: its own and the site's.
pub(crate) async fn seen_by(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Pool>> {
    let seen = owner::store::seen_by(Column::OrganizationId, organization);
    let query = Entity::find().filter(seen).order_by_asc(Column::Name);
    Ok(query.all(connection).await?)
}

/// Every one.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Pool>> {
    Ok(Entity::find().all(connection).await?)
}
