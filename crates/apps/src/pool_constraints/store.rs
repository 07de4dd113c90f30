//! All queries on `pool_constraints`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, PoolConstraintId};
use slipway_api::pools::PoolField;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, PoolConstraint};
use crate::owner;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0071_pool_constraints",
    steps: || {
        vec![Step::Table(
            Table::new("pool_constraints")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("pools", Type::Name)
                .col("field", Type::Id)
                .col("rule_values", Type::Json)
                .col("denies", Type::Boolean)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique(
                    "pool_constraints_organization_id_pools_key",
                    &["organization_id", "pools", "field"],
                )
                .references("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, rule: &PoolConstraint) -> Result<()> {
    let row = ActiveModel::from(rule.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes one as it is now.
pub(crate) async fn update(tx: &Tx, rule: &PoolConstraint) -> Result<()> {
    let row = ActiveModel::from(rule.clone()).reset_all();
    let one = Entity::update_many().set(row).filter(Column::Id.eq(rule.id));
    one.exec(&**tx).await?;
    Ok(())
}

/// Removes one.
pub(crate) async fn delete(tx: &Tx, id: PoolConstraintId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: PoolConstraintId) -> Result<Option<PoolConstraint>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those that count for an organization, its own and the site's, by pool and field.
pub(crate) async fn seen_by(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<PoolConstraint>> {
    let seen = owner::store::seen_by(Column::OrganizationId, organization);
    let query = Entity::find()
        .filter(seen)
        .order_by_asc(Column::Pools)
        .order_by_asc(Column::Field)
        .order_by_asc(Column::Id);
    Ok(query.all(connection).await?)
}

/// Every one about a field, of the site and of all organizations, in an order that stays.
pub(crate) async fn about(connection: &impl ConnectionTrait, field: PoolField) -> Result<Vec<PoolConstraint>> {
    let about = Entity::find().filter(Column::Field.eq(field)).order_by_asc(Column::Id);
    Ok(about.all(connection).await?)
}

/// Removes those of an organization that is being deleted.
pub(crate) async fn delete_of(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let own = Entity::delete_many().filter(Column::OrganizationId.eq(organization));
    own.exec(&**tx).await?;
    Ok(())
}
