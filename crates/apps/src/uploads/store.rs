//! All queries on `app_sources`.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, AppSourceId, OrganizationId};
use slipway_kernel::Result;
use slipway_kernel::blobs::{BlobAddress, Owner};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0013_app_sources",
    steps: || {
        vec![Step::Table(
            Table::new("app_sources")
                .col("id", Type::Id)
                .col("app_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("digest", Type::Id)
                .col("blob", Type::Id)
                .col("size", Type::Integer)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("app_sources_app_id_digest_key", &["app_id", "digest"])
                .index("app_sources_created_at_idx", &["created_at"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// An upload as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_sources")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppSourceId,
    /// The app.
    pub app_id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// SHA-256 of the archive, in hexadecimal digits.
    pub digest: String,
    /// Where the archive lies.
    pub blob: BlobAddress,
    /// Its size in bytes.
    pub size: i64,
    /// When it came.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// It as what a blob belongs to.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new("app-source", self.id)
    }
}

pub(crate) async fn insert(tx: &Tx, source: &Model) -> Result<()> {
    let row = ActiveModel::from(source.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId, digest: &str) -> Result<Option<Model>> {
    let one = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Digest.eq(digest));
    Ok(one.one(connection).await?)
}

pub(crate) async fn delete(tx: &Tx, id: AppSourceId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// Those of an app.
pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::AppId.eq(app)).all(connection).await?)
}

/// Those that came before a moment.
pub(crate) async fn before(connection: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::CreatedAt.lt(moment))
        .all(connection)
        .await?)
}
