//! All queries on `app_repositories`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::ids::{AppId, RepositoryId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, AppRepository, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0110_app_repositories",
    steps: || {
        vec![Step::Table(
            Table::new("app_repositories")
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("repository_id", Type::Id)
                .col("branch", Type::Text)
                .col("directory", Type::Text)
                .col("deploys_on_push", Type::Boolean)
                .opt("dockerfile", Type::Text)
                .opt("platform", Type::Text)
                .opt("commit_sha", Type::Id)
                .col("reason", Type::Text)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .primary(&["app_id"])
                .index("app_repositories_repository_id_idx", &["repository_id"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// Writes that of an app, which is held.
pub(super) async fn put(tx: &Tx, of_app: &AppRepository) -> Result<()> {
    let row = || ActiveModel::from(of_app.clone()).reset_all();
    if find(&**tx, of_app.app_id).await?.is_none() {
        Entity::insert(row()).exec_without_returning(&**tx).await?;
        return Ok(());
    }
    let one = Entity::update_many().set(row()).filter(Column::AppId.eq(of_app.app_id));
    one.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId) -> Result<Option<AppRepository>> {
    Ok(Entity::find_by_id(app).one(connection).await?)
}

/// The repositories of these apps; those that have none are left out.
pub(crate) async fn of_apps(connection: &impl ConnectionTrait, apps: &[AppId]) -> Result<Vec<(AppId, RepositoryId)>> {
    let those = Entity::find().filter(Column::AppId.is_in(apps.iter().copied()));
    let pairs = those.select_only().columns([Column::AppId, Column::RepositoryId]);
    Ok(pairs.into_tuple().all(connection).await?)
}

/// The apps that a push to a repository may deploy.
pub(super) async fn following(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
) -> Result<Vec<AppRepository>> {
    let those = Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .filter(Column::DeploysOnPush.eq(true));
    Ok(those.all(connection).await?)
}

pub(super) async fn delete(tx: &Tx, app: AppId) -> Result<()> {
    Entity::delete_by_id(app).exec(&**tx).await?;
    Ok(())
}
