//! All queries on `app_envs`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{AppEnvId, AppId, OrganizationId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0011_app_envs",
    steps: || {
        vec![Step::Table(
            Table::new("app_envs")
                .col("id", Type::Id)
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("sealed", Type::Bytes)
                .col("changed_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("app_envs_app_id_number_key", &["app_id", "number"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// All variables of an app, as they were from one change to the next.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_envs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppEnvId,
    /// The app.
    pub app_id: AppId,
    /// Its organization, whose key seals it.
    pub organization_id: OrganizationId,
    /// Counts the app's changes, from 1.
    pub number: i64,
    /// The whole environment, sealed.
    pub sealed: Vec<u8>,
    /// Who changed it.
    pub changed_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AppEnv")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn insert(tx: &Tx, env: Model) -> Result<()> {
    let row = ActiveModel::from(env).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId, number: i64) -> Result<Option<Model>> {
    let one = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Number.eq(number));
    Ok(one.one(connection).await?)
}

/// A page of an app's, the newest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, app: AppId, page: &Page) -> Result<Listed<Model>> {
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
