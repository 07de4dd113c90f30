//! All queries on `integration_assignments`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder};
use slipway_api::ids::IntegrationId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Assignment, Column, Entity};
use crate::workspaces::Workspace;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0020_integration_assignments",
    steps: || {
        vec![Step::Table(
            Table::new("integration_assignments")
                .col("integration_id", Type::Id)
                .col("scope_id", Type::Id)
                .col("scope_kind", Type::Id)
                .col("phases", Type::Id)
                .col("created_at", Type::Time)
                .primary(&["integration_id", "scope_id"])
                .index("integration_assignments_scope_id_idx", &["scope_id"])
                .belongs_to("integration_id", "integrations"),
        )]
    },
};

/// Writes an assignment, new or with other phases.
///
/// # Errors
///
/// Those of the database.
pub async fn put(tx: &Tx, assignment: &Assignment) -> Result<()> {
    let replace = OnConflict::columns([Column::IntegrationId, Column::ScopeId])
        .update_columns([Column::Phases, Column::CreatedAt])
        .to_owned();
    Entity::insert(ActiveModel::from(assignment.clone()).reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The assignments of an integration.
///
/// # Errors
///
/// Those of the database.
pub async fn of_integration(connection: &impl ConnectionTrait, integration: IntegrationId) -> Result<Vec<Assignment>> {
    Ok(Entity::find()
        .filter(Column::IntegrationId.eq(integration))
        .order_by_asc(Column::ScopeId)
        .all(connection)
        .await?)
}

/// The assignments at a place.
///
/// # Errors
///
/// Those of the database.
pub async fn at(connection: &impl ConnectionTrait, scope_id: &str) -> Result<Vec<Assignment>> {
    Ok(Entity::find()
        .filter(Column::ScopeId.eq(scope_id))
        .all(connection)
        .await?)
}

/// The assignments that reach a workspace, counting or not.
///
/// # Errors
///
/// Those of the database.
pub async fn reaching(connection: &impl ConnectionTrait, workspace: &Workspace) -> Result<Vec<Assignment>> {
    let scopes = [
        workspace.id.to_string(),
        workspace.project_id.to_string(),
        workspace.organization_id.to_string(),
    ];
    Ok(Entity::find()
        .filter(Column::ScopeId.is_in(scopes))
        .order_by_asc(Column::IntegrationId)
        .all(connection)
        .await?)
}

/// Takes an assignment back; says whether there was one.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &Tx, integration: IntegrationId, scope_id: &str) -> Result<bool> {
    let removed = Entity::delete_by_id((integration, scope_id.to_owned()))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Takes back all assignments at a place that goes.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_at(tx: &Tx, scope_id: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ScopeId.eq(scope_id))
        .exec(&**tx)
        .await?;
    Ok(())
}
