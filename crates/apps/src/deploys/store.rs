//! All queries on `app_deploys`.

use sea_orm::ActiveValue::NotSet;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{AppId, DeployId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Deploy, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0014_app_deploys",
    steps: || {
        vec![Step::Table(
            Table::new("app_deploys")
                .col("id", Type::Id)
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("kind", Type::Id)
                .col("status", Type::Id)
                .col("step", Type::Id)
                .col("reason", Type::Text)
                .col("origin", Type::Text)
                .col("message", Type::Text)
                .col("wanted", Type::Json)
                .opt("app_version", Type::Integer)
                .opt("previous_version", Type::Integer)
                .col("env_number", Type::Integer)
                .opt("port", Type::Integer)
                .col("log_id", Type::Id)
                .col("started_by", Type::Name)
                .col("is_cancel_requested", Type::Boolean)
                .opt("active_app_id", Type::Id)
                .col("created_at", Type::Time)
                .col("step_at", Type::Time)
                .opt("ended_at", Type::Time)
                .primary(&["id"])
                .unique("app_deploys_app_id_number_key", &["app_id", "number"])
                .unique("app_deploys_active_app_id_key", &["active_app_id"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// What units have.
pub(crate) const KEPT: Migration = Migration {
    name: "apps_0127_app_deploys_kept",
    steps: || vec![Step::Column("app_deploys", ("kept", Type::Json))],
};

/// Variables that come back with a version.
pub(crate) const RESTORED_ENV: Migration = Migration {
    name: "apps_0129_app_deploys_restored_env",
    steps: || vec![Step::Column("app_deploys", ("restored_env", Type::Json))],
};

/// Requests that start deploys are known when they come again.
pub(crate) const REQUESTS: Migration = Migration {
    name: "apps_0122_app_deploy_requests",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE app_deploys ADD COLUMN request_key VARCHAR(255)"),
            Step::Sql("ALTER TABLE app_deploys ADD COLUMN request_digest VARCHAR(64)"),
            Step::Sql("CREATE UNIQUE INDEX app_deploys_request_key_key ON app_deploys (request_key)"),
        ]
    },
};

/// Adds one.
///
/// # Errors
///
/// `Conflict` while another of the app goes on.
pub(crate) async fn insert(tx: &Tx, deploy: &Deploy) -> Result<()> {
    let row = ActiveModel::from(deploy.clone()).reset_all();
    let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.on_unique(|| {
        Error::conflict("Another deploy of the app was started at this moment. Wait for it, or cancel it.")
    })?;
    Ok(())
}

/// Writes where one stands, unless it has ended; says whether it had not. The wish that it stops is not touched.
pub(crate) async fn save(tx: &Tx, deploy: &Deploy) -> Result<bool> {
    let row = ActiveModel {
        is_cancel_requested: NotSet,
        ..ActiveModel::from(deploy.clone()).reset_all()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(deploy.id))
        .filter(Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Notes the wish that one stops.
pub(crate) async fn request_cancel(tx: &Tx, id: DeployId) -> Result<()> {
    let one = Entity::update_many()
        .col_expr(Column::IsCancelRequested, Expr::value(true))
        .filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: DeployId) -> Result<Option<Deploy>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one that a request with this key began.
pub(crate) async fn of_request(connection: &impl ConnectionTrait, key: &str) -> Result<Option<Deploy>> {
    Ok(Entity::find()
        .filter(Column::RequestKey.eq(key))
        .one(connection)
        .await?)
}

/// The one of an app with a number.
pub(crate) async fn numbered(connection: &impl ConnectionTrait, app: AppId, number: i64) -> Result<Option<Deploy>> {
    let one = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Number.eq(number));
    Ok(one.one(connection).await?)
}

/// The one of an app that goes on.
pub(crate) async fn active(connection: &impl ConnectionTrait, app: AppId) -> Result<Option<Deploy>> {
    Ok(Entity::find()
        .filter(Column::ActiveAppId.eq(app))
        .one(connection)
        .await?)
}

/// Every one that goes on.
pub(crate) async fn all_active(connection: &impl ConnectionTrait) -> Result<Vec<Deploy>> {
    Ok(Entity::find()
        .filter(Column::ActiveAppId.is_not_null())
        .all(connection)
        .await?)
}

/// Those of these apps that go on.
pub(crate) async fn active_of(connection: &impl ConnectionTrait, apps: &[AppId]) -> Result<Vec<Deploy>> {
    if apps.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::ActiveAppId.is_in(apps.iter().copied()));
    Ok(those.all(connection).await?)
}

/// Every one of an app.
pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Deploy>> {
    Ok(Entity::find().filter(Column::AppId.eq(app)).all(connection).await?)
}

/// A page of an app's, the newest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, app: AppId, page: &Page) -> Result<Listed<Deploy>> {
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
