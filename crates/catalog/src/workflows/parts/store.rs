//! All queries on `workflow_parts`.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::ids::{ResourceId, WorkflowId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, Part};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0071_workflow_parts",
    steps: || {
        vec![
            Step::Table(
                Table::new("workflow_parts")
                    .col("id", Type::Id)
                    .col("workflow_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("name", Type::Name)
                    .opt("resource_name", Type::Name)
                    .col("wanted", Type::Json)
                    .col("secrets", Type::Json)
                    .opt("sealed", Type::Bytes)
                    .primary(&["id"])
                    .index("workflow_parts_workflow_id_idx", &["workflow_id"])
                    .belongs_to("workflow_id", "workflows"),
            ),
            Step::Sql("ALTER TABLE workflows ADD COLUMN blueprint_id VARCHAR(64)"),
        ]
    },
};

/// Adds those of a workflow.
pub(crate) async fn insert(tx: &Tx, parts: &[Part]) -> Result<()> {
    for parts in parts.chunks(50) {
        let rows = parts.iter().map(|part| ActiveModel::from(part.clone()).reset_all());
        Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Writes one anew.
pub(crate) async fn update(tx: &Tx, part: &Part) -> Result<()> {
    Entity::update_many()
        .set(ActiveModel::from(part.clone()).reset_all())
        .filter(Column::Id.eq(part.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What is to be made under this id, if anything is.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: ResourceId) -> Result<Option<Part>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of a workflow, by the ids of their resources.
pub(crate) async fn of_workflow(
    connection: &impl ConnectionTrait,
    workflow: WorkflowId,
) -> Result<HashMap<ResourceId, Part>> {
    let rows = Entity::find()
        .filter(Column::WorkflowId.eq(workflow))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|part| (part.id, part)).collect())
}
