//! All queries on `resource_imports`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::ids::{ResourceChangeId, ResourceId, RunId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, ImportStatus, ResourceImportRow};
use crate::resource_changes::ResourceChange;
use crate::resource_changes::model as changes;

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0095_resource_imports",
    steps: || {
        vec![Step::Table(
            Table::new("resource_imports")
                .col("change_id", Type::Id)
                .col("resource_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("status", Type::Id)
                .col("blob", Type::Id)
                .opt("from_workspace_id", Type::Id)
                .col("allow_destroy", Type::Boolean)
                .col("told", Type::Json)
                .col("created_at", Type::Time)
                .primary(&["change_id"])
                .index("resource_imports_resource_id_idx", &["resource_id"])
                .index("resource_imports_status_idx", &["status"])
                .belongs_to("resource_id", "resources"),
        )]
    },
};

/// Most that are looked at again at once.
const AT_ONCE: u64 = 200;

/// Adds one.
pub(crate) async fn insert(tx: &Tx, row: &ResourceImportRow) -> Result<()> {
    Entity::insert(ActiveModel::from(row.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Notes how far one is.
pub(crate) async fn set_status(tx: &Tx, change: ResourceChangeId, status: ImportStatus) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .filter(Column::ChangeId.eq(change))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// What a change brought.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    change: ResourceChangeId,
) -> Result<Option<ResourceImportRow>> {
    Ok(Entity::find_by_id(change).one(connection).await?)
}

/// The same, as it stays until the transaction ends.
pub(crate) async fn hold(tx: &Tx, change: ResourceChangeId) -> Result<Option<ResourceImportRow>> {
    Ok(Entity::find_by_id(change).lock_exclusive().one(&**tx).await?)
}

/// What was brought for a resource and is in this status.
pub(crate) async fn of_resource(
    connection: &impl ConnectionTrait,
    resource: ResourceId,
    status: ImportStatus,
) -> Result<Option<ResourceImportRow>> {
    Ok(Entity::find()
        .filter(Column::ResourceId.eq(resource))
        .filter(Column::Status.eq(status))
        .one(connection)
        .await?)
}

/// Changes whose copies still have to go.
pub(crate) async fn leaving(connection: &impl ConnectionTrait) -> Result<Vec<ResourceChange>> {
    let ids = Query::select()
        .column(Column::ChangeId)
        .from(Entity)
        .and_where(Column::Status.eq(ImportStatus::Leaving))
        .take();
    Ok(changes::Entity::find()
        .filter(changes::Column::Id.in_subquery(ids))
        .limit(AT_ONCE)
        .all(connection)
        .await?)
}

/// The change of this run, if its copy still has to go.
pub(crate) async fn leaving_of_run(connection: &impl ConnectionTrait, run: RunId) -> Result<Option<ResourceChange>> {
    let change = changes::Entity::find()
        .filter(changes::Column::RunId.eq(run))
        .one(connection)
        .await?;
    let Some(change) = change else { return Ok(None) };
    let row = find(connection, change.id).await?;
    Ok(row.filter(|row| row.status == ImportStatus::Leaving).map(|_| change))
}
