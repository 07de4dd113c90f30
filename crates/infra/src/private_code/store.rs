//! All queries on `workspace_ssh_keys`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use slipway_api::ids::{SshKeyId, WorkspaceId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, Model};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0021_workspace_ssh_keys",
    steps: || {
        vec![Step::Table(
            Table::new("workspace_ssh_keys")
                .col("workspace_id", Type::Id)
                .col("ssh_key_id", Type::Id)
                .primary(&["workspace_id"])
                .index("workspace_ssh_keys_ssh_key_id_idx", &["ssh_key_id"])
                .belongs_to("workspace_id", "workspaces")
                .belongs_to("ssh_key_id", "ssh_keys"),
        )]
    },
};

/// The key of a workspace.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<SshKeyId>> {
    let found = Entity::find_by_id(workspace).one(connection).await?;
    Ok(found.map(|row| row.ssh_key_id))
}

/// The keys of these workspaces; those without one are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspaces(
    connection: &impl ConnectionTrait,
    ids: &[WorkspaceId],
) -> Result<Vec<(WorkspaceId, SshKeyId)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::find().filter(Column::WorkspaceId.is_in(ids.iter().copied()));
    let rows = query.all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.workspace_id, row.ssh_key_id)).collect())
}

/// Lets a workspace have this key, and no other.
///
/// # Errors
///
/// Those of the database.
pub async fn put(tx: &Tx, workspace: WorkspaceId, key: SshKeyId) -> Result<()> {
    let row = Model {
        workspace_id: workspace,
        ssh_key_id: key,
    };
    let replace = OnConflict::column(Column::WorkspaceId)
        .update_column(Column::SshKeyId)
        .to_owned();
    Entity::insert(ActiveModel::from(row).reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Lets a workspace have no key.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    Entity::delete_by_id(workspace).exec(&**tx).await?;
    Ok(())
}
