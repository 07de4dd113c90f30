//! All queries on `configuration_versions`.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{ConfigurationVersionId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, ConfigurationVersion, Entity, Status};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0004_configuration_versions",
    steps: || {
        vec![Step::Table(
            Table::new("configuration_versions")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("workspace_id", Type::Id)
                .col("status", Type::Id)
                .col("source", Type::Id)
                .col("speculative", Type::Boolean)
                .col("auto_queue_runs", Type::Boolean)
                .opt("error_message", Type::Text)
                .opt("digest", Type::Id)
                .opt("blob", Type::Id)
                .opt("size_bytes", Type::Integer)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .opt("uploaded_at", Type::Time)
                .primary(&["id"])
                .index(
                    "configuration_versions_workspace_id_idx",
                    &["workspace_id", "status", "id"],
                )
                .index("configuration_versions_status_idx", &["status", "uploaded_at"])
                .references("workspace_id", "workspaces"),
        )]
    },
};

/// Adds a configuration version.
///
/// # Errors
///
/// Those of the database.
pub async fn insert(tx: &Tx, version: &ConfigurationVersion) -> Result<()> {
    let row = ActiveModel::from(version.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The configuration version, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: ConfigurationVersionId,
) -> Result<Option<ConfigurationVersion>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The configuration version.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: ConfigurationVersionId) -> Result<ConfigurationVersion> {
    let found = find(connection, id).await?;
    found.ok_or_else(|| Error::not_found("configuration version", id))
}

/// The newest configuration version of a workspace whose files are here, speculative ones left out.
///
/// # Errors
///
/// Those of the database.
pub async fn latest_uploaded(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Option<ConfigurationVersion>> {
    Ok(Entity::find()
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::Status.eq(Status::Uploaded))
        .filter(Column::Speculative.eq(false))
        .order_by_desc(Column::Id)
        .one(connection)
        .await?)
}

/// A page of a workspace's configuration versions, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    page: &Page,
) -> Result<Listed<ConfigurationVersion>> {
    let matching = Entity::find().filter(Column::WorkspaceId.eq(workspace));
    let total = matching
        .clone()
        .select_only()
        .column(Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let mut query = matching.order_by_desc(Column::Id);
    if let Some(cursor) = &page.after {
        query = query.filter(Column::Id.lt(cursor.as_str()));
    }
    let rows = query.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed { rows, total })
}

/// Writes a changed configuration version, if it still has the status `before`; says whether.
///
/// # Errors
///
/// Those of the database.
pub async fn update(tx: &Tx, before: Status, version: &ConfigurationVersion) -> Result<bool> {
    let row = ActiveModel {
        status: Set(version.status),
        error_message: Set(version.error_message.clone()),
        digest: Set(version.digest.clone()),
        blob: Set(version.blob.clone()),
        size_bytes: Set(version.size_bytes),
        uploaded_at: Set(version.uploaded_at),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(version.id))
        .filter(Column::Status.eq(before))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Configuration versions whose files came before a moment, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn uploaded_before(
    connection: &impl ConnectionTrait,
    moment: Timestamp,
    after: Option<ConfigurationVersionId>,
    limit: u64,
) -> Result<Vec<ConfigurationVersion>> {
    let mut query = Entity::find()
        .filter(Column::Status.eq(Status::Uploaded))
        .filter(Column::UploadedAt.lt(moment));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.order_by_asc(Column::Id).limit(limit).all(connection).await?)
}

/// Ids of all configuration versions of a workspace.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspace(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<ConfigurationVersion>> {
    let query = Entity::find().filter(Column::WorkspaceId.eq(workspace));
    Ok(query.all(connection).await?)
}

/// Removes all configuration versions of a workspace.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_workspace(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    Ok(())
}
