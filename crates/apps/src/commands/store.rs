//! All queries on `app_commands`: units that were made for one command each.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use slipway_api::Timestamp;
use slipway_api::ids::AppId;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0050_app_commands",
    steps: || {
        vec![Step::Table(
            Table::new("app_commands")
                .col("app_id", Type::Id)
                .col("process", Type::Id)
                .col("deploy", Type::Integer)
                .col("app_version", Type::Integer)
                .col("seen_at", Type::Time)
                .primary(&["app_id", "process"])
                .index("app_commands_seen_at_idx", &["seen_at"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// A unit that was made for a command.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_commands")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The process that it is alone in: `run-1a2b3c4d`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub process: String,
    /// The number of the deploy whose variables it sees.
    pub deploy: i64,
    /// The number of the version that it runs.
    pub app_version: i64,
    /// When somebody was at it last.
    pub seen_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

pub(crate) async fn insert(tx: &Tx, command: &Model) -> Result<()> {
    let row = ActiveModel::from(command.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Notes that somebody is at it.
pub(crate) async fn seen(tx: &Tx, command: &Model, now: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(now))
        .filter(Column::AppId.eq(command.app_id))
        .filter(Column::Process.eq(command.process.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, command: &Model) -> Result<bool> {
    let deleted = Entity::delete_many()
        .filter(Column::AppId.eq(command.app_id))
        .filter(Column::Process.eq(command.process.as_str()))
        .exec(&**tx)
        .await?;
    Ok(deleted.rows_affected > 0)
}

/// Those at which nobody was since.
pub(crate) async fn left(connection: &impl ConnectionTrait, since: Timestamp) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::SeenAt.lt(since)).all(connection).await?)
}

pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::AppId.eq(app)).all(connection).await?)
}
