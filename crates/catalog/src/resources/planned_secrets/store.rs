//! All queries on `resource_planned_secrets`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::ids::ResourceId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Entity, PlannedSecrets};

/// What demos need, with the rule of their projects.
pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0100_demos",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE catalog_project_rules ADD COLUMN is_demo BOOLEAN NOT NULL DEFAULT FALSE"),
            Step::Table(
                Table::new("resource_planned_secrets")
                    .col("resource_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("sealed", Type::Bytes)
                    .primary(&["resource_id"])
                    .belongs_to("resource_id", "resources"),
            ),
        ]
    },
};

/// Those of a resource, if it has any.
pub(crate) async fn find(connection: &impl ConnectionTrait, resource: ResourceId) -> Result<Option<PlannedSecrets>> {
    Ok(Entity::find_by_id(resource).one(connection).await?)
}

/// Puts them in the place of what is there.
pub(crate) async fn put(tx: &Tx, row: PlannedSecrets) -> Result<()> {
    remove(tx, row.resource_id).await?;
    Entity::insert(ActiveModel::from(row).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Forgets those of a resource.
pub(crate) async fn remove(tx: &Tx, resource: ResourceId) -> Result<()> {
    Entity::delete_by_id(resource).exec(&**tx).await?;
    Ok(())
}
