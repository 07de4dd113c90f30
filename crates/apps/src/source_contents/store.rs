//! All queries on `app_source_contents` and `app_source_packs`.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ConnectionTrait, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, AppSourcePackId};
use slipway_kernel::Result;
use slipway_kernel::blobs::Owner;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use crate::sources::Digest;

/// Most rows of one statement.
const AT_ONCE: usize = 500;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0121_app_source_contents",
    steps: || {
        vec![
            Step::Table(
                Table::new("app_source_packs")
                    .col("id", Type::Id)
                    .col("app_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("address", Type::Id)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .index("app_source_packs_app_id_idx", &["app_id"])
                    .belongs_to("app_id", "apps"),
            ),
            Step::Table(
                Table::new("app_source_contents")
                    .col("app_id", Type::Id)
                    .col("digest", Type::Id)
                    .col("app_source_pack_id", Type::Id)
                    .col("position", Type::Integer)
                    .col("size", Type::Integer)
                    .col("created_at", Type::Time)
                    .col("used_at", Type::Time)
                    .primary(&["app_id", "digest"])
                    .index("app_source_contents_app_source_pack_id_idx", &["app_source_pack_id"])
                    .index("app_source_contents_used_at_idx", &["used_at"])
                    .belongs_to("app_source_pack_id", "app_source_packs"),
            ),
        ]
    },
};

/// A content of source, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_source_contents")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// SHA-256 of it, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    /// The pack that it lies in.
    pub app_source_pack_id: AppSourcePackId,
    /// From where on, in bytes.
    pub position: i64,
    /// Its size in bytes.
    pub size: i64,
    /// When it came.
    pub created_at: Timestamp,
    /// When a list last had it.
    pub used_at: Timestamp,
}

/// A content.
pub(crate) type Content = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Packs of contents.
pub(crate) mod packs {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;
    use slipway_api::ids::{AppId, AppSourcePackId, OrganizationId};
    use slipway_kernel::blobs::BlobAddress;

    /// Contents that lie together.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_source_packs")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AppSourcePackId,
        /// The app.
        pub app_id: AppId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// Where it lies.
        pub address: BlobAddress,
        /// When it was made.
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) use packs::Model as Pack;

impl Pack {
    /// It as what a blob belongs to.
    pub(crate) fn owner(&self) -> Owner {
        Owner::new("app-source-pack", self.id)
    }
}

/// Writes a pack with what is in it. What the app has already stays where it is.
pub(crate) async fn insert(tx: &Tx, pack: Pack, contents: Vec<Content>) -> Result<()> {
    let row = packs::ActiveModel::from(pack).reset_all();
    packs::Entity::insert(row).exec_without_returning(&**tx).await?;
    for some in contents.chunks(AT_ONCE / 5) {
        let rows = some.iter().map(|one| ActiveModel::from(one.clone()).reset_all());
        let nothing = OnConflict::columns([Column::AppId, Column::Digest])
            .do_nothing_on([Column::AppId])
            .to_owned();
        let insert = Entity::insert_many(rows).on_conflict(nothing);
        insert.exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Those of these contents that an app has.
pub(crate) async fn known(
    connection: &impl ConnectionTrait,
    app: AppId,
    digests: &[&Digest],
) -> Result<BTreeSet<String>> {
    let mut known = BTreeSet::new();
    for some in digests.chunks(AT_ONCE) {
        let those = those(app, some).select_only().column(Column::Digest);
        let digests: Vec<String> = those.into_tuple().all(connection).await?;
        known.extend(digests);
    }
    Ok(known)
}

/// Where these contents lie, as far as the app has them.
pub(crate) async fn found(connection: &impl ConnectionTrait, app: AppId, digests: &[&Digest]) -> Result<Vec<Content>> {
    let mut found = Vec::new();
    for some in digests.chunks(AT_ONCE) {
        found.extend(those(app, some).all(connection).await?);
    }
    Ok(found)
}

/// Remembers that a list has these now.
pub(crate) async fn touch(tx: &Tx, app: AppId, digests: &[&Digest], now: Timestamp) -> Result<()> {
    for some in digests.chunks(AT_ONCE) {
        let those = Entity::update_many()
            .col_expr(Column::UsedAt, Expr::value(now))
            .filter(Column::AppId.eq(app))
            .filter(Column::Digest.is_in(some.iter().map(|digest| digest.as_str())));
        those.exec(&**tx).await?;
    }
    Ok(())
}

fn those(app: AppId, digests: &[&Digest]) -> Select<Entity> {
    Entity::find()
        .filter(Column::AppId.eq(app))
        .filter(Column::Digest.is_in(digests.iter().map(|digest| digest.as_str())))
}

pub(crate) async fn find_pack(connection: &impl ConnectionTrait, id: AppSourcePackId) -> Result<Option<Pack>> {
    Ok(packs::Entity::find_by_id(id).one(connection).await?)
}

/// The apps that have contents which no list had since a moment.
pub(crate) async fn apps_before(connection: &impl ConnectionTrait, moment: Timestamp) -> Result<Vec<AppId>> {
    let those = Entity::find()
        .select_only()
        .column(Column::AppId)
        .distinct()
        .filter(Column::UsedAt.lt(moment));
    Ok(those.into_tuple().all(connection).await?)
}

pub(crate) async fn delete_before(tx: &Tx, app: AppId, moment: Timestamp) -> Result<()> {
    let those = Entity::delete_many()
        .filter(Column::AppId.eq(app))
        .filter(Column::UsedAt.lt(moment));
    those.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn delete_of(tx: &Tx, app: AppId) -> Result<()> {
    Entity::delete_many().filter(Column::AppId.eq(app)).exec(&**tx).await?;
    Ok(())
}

/// The packs of an app in which nothing is.
pub(crate) async fn empty_packs(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Pack>> {
    let used = Query::select()
        .column(Column::AppSourcePackId)
        .from(Entity)
        .and_where(Column::AppId.eq(app))
        .to_owned();
    let empty = packs::Entity::find()
        .filter(packs::Column::AppId.eq(app))
        .filter(packs::Column::Id.not_in_subquery(used));
    Ok(empty.all(connection).await?)
}

pub(crate) async fn delete_pack(tx: &Tx, id: AppSourcePackId) -> Result<()> {
    packs::Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}
