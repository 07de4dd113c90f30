//! All queries on `binds`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use slipway_api::ids::{AppId, BindId, JobId, ResourceId, ServiceInstanceId, WorkspaceId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Bind, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0032_binds",
    steps: || {
        vec![Step::Table(
            Table::new("binds")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .opt("app_id", Type::Id)
                .opt("service_instance_id", Type::Id)
                .opt("resource_id", Type::Id)
                .opt("workspace_id", Type::Id)
                .col("names", Type::Json)
                .col("prefix", Type::Name)
                .col("shows_values", Type::Boolean)
                .col("given", Type::Json)
                .col("status", Type::Id)
                .col("reason", Type::Text)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .primary(&["id"])
                .index("binds_app_id_idx", &["app_id"])
                .index("binds_service_instance_id_idx", &["service_instance_id"])
                .index("binds_resource_id_idx", &["resource_id"])
                .index("binds_workspace_id_idx", &["workspace_id"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// Jobs are given outputs, too.
pub(crate) const JOBS: Migration = Migration {
    name: "apps_0123_job_binds",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE binds ADD COLUMN job_id VARCHAR(64)"),
            Step::Sql("CREATE INDEX binds_job_id_idx ON binds (job_id)"),
        ]
    },
};

pub(super) async fn insert(tx: &Tx, bind: &Bind) -> Result<()> {
    let row = ActiveModel::from(bind.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes how one is, where it is still there.
pub(super) async fn save(tx: &Tx, bind: &Bind) -> Result<()> {
    let row = ActiveModel::from(bind.clone()).reset_all();
    let one = Entity::update_many().set(row).filter(Column::Id.eq(bind.id));
    one.exec(&**tx).await?;
    Ok(())
}

/// Removes one; says whether it was there.
pub(super) async fn delete(tx: &Tx, id: BindId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(super) async fn find(connection: &impl ConnectionTrait, id: BindId) -> Result<Option<Bind>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of an app, the oldest first.
pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Bind>> {
    let those = Entity::find().filter(Column::AppId.eq(app)).order_by_asc(Column::Id);
    Ok(those.all(connection).await?)
}

/// Those of a job, the oldest first.
pub(crate) async fn of_job(connection: &impl ConnectionTrait, job: JobId) -> Result<Vec<Bind>> {
    let those = Entity::find().filter(Column::JobId.eq(job)).order_by_asc(Column::Id);
    Ok(those.all(connection).await?)
}

/// Removes those of a job.
pub(crate) async fn delete_of_job(tx: &Tx, job: JobId) -> Result<()> {
    Entity::delete_many().filter(Column::JobId.eq(job)).exec(&**tx).await?;
    Ok(())
}

/// Those to these service instances.
pub(crate) async fn of_instances(
    connection: &impl ConnectionTrait,
    instances: &[ServiceInstanceId],
) -> Result<Vec<Bind>> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::ServiceInstanceId.is_in(instances.iter().copied()));
    Ok(those.order_by_asc(Column::Id).all(connection).await?)
}

/// Those that are given outputs of a resource.
pub(super) async fn of_resource(connection: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<Bind>> {
    let those = Entity::find().filter(Column::ResourceId.eq(resource));
    Ok(those.all(connection).await?)
}

/// Those that are given outputs of a workspace.
pub(super) async fn of_workspace(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Bind>> {
    let those = Entity::find().filter(Column::WorkspaceId.eq(workspace));
    Ok(those.all(connection).await?)
}
