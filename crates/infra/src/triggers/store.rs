//! All queries on `triggers`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};
use slipway_api::ids::{TriggerId, WorkspaceId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{Column, Entity, Trigger};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0021_triggers",
    steps: || {
        vec![Step::Table(
            Table::new("triggers")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("workspace_id", Type::Id)
                .col("event", Type::Id)
                .col("branches", Type::Json)
                .col("paths", Type::Json)
                .col("path_kind", Type::Id)
                .col("action", Type::Id)
                .opt("pipeline", Type::Name)
                .col("priority", Type::Integer)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .index("triggers_workspace_id_idx", &["workspace_id", "priority", "id"])
                .belongs_to("workspace_id", "workspaces"),
        )]
    },
};

/// Adds a trigger.
///
/// # Errors
///
/// Those of the database.
pub async fn insert(tx: &Tx, trigger: &Trigger) -> Result<()> {
    Entity::insert(trigger.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Writes a trigger that was changed from the version before its own; says whether nobody else did.
///
/// # Errors
///
/// Those of the database.
pub async fn update(tx: &Tx, trigger: &Trigger) -> Result<bool> {
    let mut row = trigger.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(trigger.id);
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(trigger.id))
        .filter(Column::Version.eq(trigger.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// The trigger, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: TriggerId) -> Result<Option<Trigger>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The triggers of workspaces, each workspace's in their order.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspaces(connection: &impl ConnectionTrait, ids: &[WorkspaceId]) -> Result<Vec<Trigger>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Entity::find()
        .filter(Column::WorkspaceId.is_in(ids.iter().copied()))
        .order_by_asc(Column::WorkspaceId)
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Removes a trigger.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(tx: &Tx, id: TriggerId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}
