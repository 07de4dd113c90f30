//! All queries on `app_versions`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, AppVersionId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};

use super::model::{ActiveModel, AppVersion, Column, Entity};
use crate::apps::App;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0012_app_versions",
    steps: || {
        vec![Step::Table(
            Table::new("app_versions")
                .col("id", Type::Id)
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("image", Type::Text)
                .col("origin", Type::Text)
                .col("processes", Type::Json)
                .col("port", Type::Integer)
                .col("env_number", Type::Integer)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("app_versions_app_id_number_key", &["app_id", "number"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

pub(crate) const IMAGES: Migration = Migration {
    name: "apps_0090_images",
    steps: || vec![Step::Sql("ALTER TABLE app_versions ADD COLUMN image_removed_at BIGINT")],
};

/// Adds one. Others that have its image have it again.
pub(crate) async fn insert(tx: &Tx, version: &AppVersion) -> Result<()> {
    let same = Entity::update_many()
        .col_expr(Column::ImageRemovedAt, Expr::value(None::<Timestamp>))
        .filter(Column::AppId.eq(version.app_id))
        .filter(Column::Image.eq(version.image.as_str()))
        .filter(Column::ImageRemovedAt.is_not_null());
    same.exec(&**tx).await?;
    let row = ActiveModel::from(version.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId, number: i64) -> Result<Option<AppVersion>> {
    let one = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Number.eq(number));
    Ok(one.one(connection).await?)
}

/// Every one of an app.
pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<AppVersion>> {
    Ok(Entity::find().filter(Column::AppId.eq(app)).all(connection).await?)
}

/// Whether another app has a version of the image with this digest, whatever it calls it.
pub(crate) async fn is_in_others(connection: &impl ConnectionTrait, app: AppId, digest: &str) -> Result<bool> {
    let others = Entity::find()
        .filter(Column::AppId.ne(app))
        .filter(Column::Image.ends_with(digest));
    Ok(others.one(connection).await?.is_some())
}

/// Notes since when the image of one is gone, or that it is there.
pub(crate) async fn note_image(tx: &Tx, id: AppVersionId, removed_at: Option<Timestamp>) -> Result<()> {
    let one = Entity::update_many()
        .col_expr(Column::ImageRemovedAt, Expr::value(removed_at))
        .filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

/// A page of an app's, the newest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, app: AppId, page: &Page) -> Result<Listed<AppVersion>> {
    let matching = Entity::find().filter(Column::AppId.eq(app));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let rows = match page.after.as_deref().and_then(|after| after.parse::<i64>().ok()) {
        Some(after) => matching.filter(Column::Number.lt(after)),
        None => matching,
    };
    Ok(Listed {
        rows: rows
            .order_by_desc(Column::Number)
            .offset(page.offset())
            .limit(page.limit())
            .all(connection)
            .await?,
        total: total.count(connection).await?,
    })
}

/// What runs of each of these apps.
pub(crate) async fn live_of(connection: &impl ConnectionTrait, apps: &[App]) -> Result<HashMap<AppId, AppVersion>> {
    let those = apps.iter().filter_map(|app| {
        let number = app.live_version?;
        Some(Column::AppId.eq(app.id).and(Column::Number.eq(number)))
    });
    let those = those.fold(Condition::any(), Condition::add);
    if those.is_empty() {
        return Ok(HashMap::new());
    }
    let found = Entity::find().filter(those).all(connection).await?;
    Ok(found.into_iter().map(|version| (version.app_id, version)).collect())
}
