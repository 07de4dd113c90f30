//! All queries on `pools`.

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder};
use slipway_api::ids::{OrganizationId, PoolId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, Pool};

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

pub(crate) async fn insert(tx: &Tx, pool: &Pool) -> Result<()> {
    let row = ActiveModel::from(pool.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: PoolId) -> Result<Option<Pool>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those that an organization sees, by name: its own and the site's.
pub(crate) async fn seen_by(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Pool>> {
    let seen = Condition::any()
        .add(Column::OrganizationId.is_null())
        .add(Column::OrganizationId.eq(organization));
    let query = Entity::find().filter(seen).order_by_asc(Column::Name);
    Ok(query.all(connection).await?)
}

/// Every one.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Pool>> {
    Ok(Entity::find().all(connection).await?)
}
