//! All queries on `app_sources`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QueryOrder};
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

/// An upload lies in parts, so that it is nowhere in memory as a whole. What was uploaded before has to be uploaded again: it is kept
/// for a day only, and `blob` is a word of MariaDB's, so that no statement for all databases names that column.
pub(crate) const PARTS: Migration = Migration {
    name: "apps_0111_app_source_parts",
    steps: || {
        vec![
            Step::Sql("DELETE FROM blob_references WHERE owner_kind = 'app-source'"),
            Step::Sql("DROP TABLE app_sources"),
            Step::Table(
                Table::new("app_sources")
                    .col("id", Type::Id)
                    .col("app_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("digest", Type::Id)
                    .col("size", Type::Integer)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("app_sources_app_id_digest_key", &["app_id", "digest"])
                    .index("app_sources_created_at_idx", &["created_at"])
                    .belongs_to("app_id", "apps"),
            ),
            Step::Table(
                Table::new("app_source_parts")
                    .col("app_source_id", Type::Id)
                    .col("number", Type::Integer)
                    .col("blob", Type::Id)
                    .primary(&["app_source_id", "number"])
                    .belongs_to("app_source_id", "app_sources"),
            ),
        ]
    },
};

/// An upload may be a list of files, whose contents are kept by themselves.
pub(crate) const LISTS: Migration = Migration {
    name: "apps_0120_app_source_lists",
    steps: || {
        vec![Step::Sql(
            "ALTER TABLE app_sources ADD COLUMN is_list BOOLEAN NOT NULL DEFAULT FALSE",
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
    /// SHA-256 of the archive, or of the list, in hexadecimal digits.
    pub digest: String,
    /// The size of the archive, or of all files of the list, in bytes.
    pub size: i64,
    /// Whether it is a list of files and no archive.
    pub is_list: bool,
    /// When it came, of a list the last time.
    pub created_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A part of an upload.
pub(crate) mod parts {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::AppSourceId;
    use slipway_kernel::blobs::BlobAddress;

    /// A part of an upload.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_source_parts")]
    pub struct Model {
        /// The upload.
        #[sea_orm(primary_key, auto_increment = false)]
        pub app_source_id: AppSourceId,
        /// Counts the upload's parts, from 0.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        /// Where it lies.
        pub blob: BlobAddress,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

impl Model {
    /// It as what a blob belongs to.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner::new("app-source", self.id)
    }
}

/// Writes one with its parts, in their order.
pub(crate) async fn insert(tx: &Tx, source: &Model, blobs: &[BlobAddress]) -> Result<()> {
    let row = ActiveModel::from(source.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    for (number, blob) in (0..).zip(blobs) {
        let part = parts::Model {
            app_source_id: source.id,
            number,
            blob: blob.clone(),
        };
        let row = parts::ActiveModel::from(part).reset_all();
        parts::Entity::insert(row).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Where the parts of one lie, in their order.
pub(crate) async fn blobs(connection: &impl ConnectionTrait, id: AppSourceId) -> Result<Vec<BlobAddress>> {
    let those = parts::Entity::find()
        .filter(parts::Column::AppSourceId.eq(id))
        .order_by_asc(parts::Column::Number);
    let parts = those.all(connection).await?;
    Ok(parts.into_iter().map(|part| part.blob).collect())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, app: AppId, digest: &str) -> Result<Option<Model>> {
    let one = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Digest.eq(digest));
    Ok(one.one(connection).await?)
}

/// Remembers that one came again.
pub(crate) async fn touch(tx: &Tx, id: AppSourceId, now: Timestamp) -> Result<()> {
    let one = Entity::update_many()
        .col_expr(Column::CreatedAt, Expr::value(now))
        .filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

/// The list of an app that came last.
pub(crate) async fn newest_list(connection: &impl ConnectionTrait, app: AppId) -> Result<Option<Model>> {
    let newest = Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::IsList.eq(true))
        .order_by_desc(Column::CreatedAt);
    Ok(newest.one(connection).await?)
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
