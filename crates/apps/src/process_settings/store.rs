//! All queries on `app_process_settings`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use slipway_api::ids::{AppId, AppPlanId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Column, Entity, ProcessSettings};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0125_app_process_settings",
    steps: || {
        vec![Step::Table(
            Table::new("app_process_settings")
                .col("app_id", Type::Id)
                .col("process", Type::Id)
                .opt("plan_id", Type::Id)
                .col("labels", Type::Json)
                .col("annotations", Type::Json)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["app_id", "process"])
                .index("app_process_settings_plan_id_idx", &["plan_id"])
                .belongs_to("app_id", "apps")
                .references("plan_id", "app_plans"),
        )]
    },
};

/// Writes that of a process of an app that is held.
pub(super) async fn put(tx: &Tx, settings: &ProcessSettings) -> Result<()> {
    let row = || ActiveModel::from(settings.clone()).reset_all();
    if find(&**tx, settings.app_id, &settings.process).await?.is_none() {
        Entity::insert(row()).exec_without_returning(&**tx).await?;
        return Ok(());
    }
    let one = Entity::update_many()
        .set(row())
        .filter(Column::AppId.eq(settings.app_id))
        .filter(Column::Process.eq(settings.process.as_str()));
    one.exec(&**tx).await?;
    Ok(())
}

/// That of a process, if anything was ever said of it.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    app: AppId,
    process: &str,
) -> Result<Option<ProcessSettings>> {
    Ok(Entity::find_by_id((app, process.to_owned())).one(connection).await?)
}

/// That of every process of an app, by name.
pub(super) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<ProcessSettings>> {
    let those = Entity::find()
        .filter(Column::AppId.eq(app))
        .order_by_asc(Column::Process);
    Ok(those.all(connection).await?)
}

/// How many processes have a plan of their own that is this one.
pub(crate) async fn count_with_plan(connection: &impl ConnectionTrait, plan: AppPlanId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PlanId.eq(plan)).count(connection).await?)
}
