//! All queries on `blobs` and `blob_references`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::OrganizationId;

use super::model::{ActiveModel, BlobAddress, BlobId, Column, Entity, Model};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0006_blobs",
    steps: || {
        vec![
            Step::Table(
                Table::new("blobs")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("address", Type::Id)
                    .col("object_key", Type::Name)
                    .col("size_bytes", Type::Integer)
                    .col("stored_bytes", Type::Integer)
                    .col("created_at", Type::Time)
                    .col("touched_at", Type::Time)
                    .primary(&["id"])
                    .unique("blobs_address_key", &["organization_id", "address"])
                    .unique("blobs_object_key_key", &["object_key"])
                    .index("blobs_touched_at_idx", &["touched_at"]),
            ),
            Step::Table(
                Table::new("blob_references")
                    .col("owner_kind", Type::Id)
                    .col("owner_id", Type::Id)
                    .col("blob_id", Type::Id)
                    .primary(&["owner_kind", "owner_id", "blob_id"])
                    .index("blob_references_blob_id_idx", &["blob_id"])
                    .references("blob_id", "blobs"),
            ),
        ]
    },
};

mod references {
    use sea_orm::entity::prelude::*;

    use crate::blobs::model::BlobId;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "blob_references")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub blob_id: BlobId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// What keeps a blob alive: an object of some domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its kind: `state-version`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

impl Owner {
    /// The object `id` of a kind.
    #[must_use]
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self {
            kind,
            id: id.to_string(),
        }
    }
}

/// Keeps a blob alive for `owner`, in the transaction that stores its address. Twice is once.
///
/// # Errors
///
/// `Conflict` when the blob is not there (any more): it must be put again.
pub async fn refer(
    tx: &Tx,
    ctx: &Ctx,
    organization: OrganizationId,
    address: &BlobAddress,
    owner: &Owner,
) -> Result<()> {
    // The write locks the row, so that a collection that runs now either went first or sees the new time.
    let touched = Entity::update_many()
        .col_expr(Column::TouchedAt, Expr::value(ctx.now()))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Address.eq(address.clone()))
        .exec(&**tx)
        .await?;
    let blob = find(&**tx, organization, address).await?;
    let (1.., Some(blob)) = (touched.rows_affected, blob) else {
        return Err(Error::conflict("The uploaded content is gone; upload it again."));
    };
    let row = references::ActiveModel {
        owner_kind: Set(owner.kind.to_owned()),
        owner_id: Set(owner.id.clone()),
        blob_id: Set(blob.id),
    };
    let nothing = OnConflict::columns([
        references::Column::OwnerKind,
        references::Column::OwnerId,
        references::Column::BlobId,
    ])
    .do_nothing_on([references::Column::OwnerKind])
    .to_owned();
    references::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Lets go of all blobs that `owner` kept alive.
///
/// # Errors
///
/// Those of the database.
pub async fn release(tx: &Tx, owner: &Owner) -> Result<()> {
    references::Entity::delete_many()
        .filter(references::Column::OwnerKind.eq(owner.kind))
        .filter(references::Column::OwnerId.eq(owner.id.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The blob, if there is one.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    address: &BlobAddress,
) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Address.eq(address.clone()))
        .one(connection)
        .await?)
}

/// The blobs of an organization after an id (as text; empty for the first), in the order of ids.
pub(crate) async fn of_organization_after(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    after: &str,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(Column::OrganizationId.eq(organization));
    if let Ok(after) = after.parse::<BlobId>() {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.order_by_asc(Column::Id).limit(limit).all(connection).await?)
}

/// Stores a new blob.
pub(super) async fn insert(tx: &Tx, blob: Model) -> std::result::Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(blob.id),
        organization_id: Set(blob.organization_id),
        address: Set(blob.address),
        object_key: Set(blob.object_key),
        size_bytes: Set(blob.size_bytes),
        stored_bytes: Set(blob.stored_bytes),
        created_at: Set(blob.created_at),
        touched_at: Set(blob.touched_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Remembers that a blob was put again now; false when it is gone.
pub(super) async fn touch(tx: &Tx, id: BlobId, now: Timestamp) -> Result<bool> {
    let touched = Entity::update_many()
        .col_expr(Column::TouchedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(touched.rows_affected == 1)
}

/// Points a blob whose object was lost to a new one; false when somebody else was faster.
pub(super) async fn replace_object(
    tx: &Tx,
    old: &Model,
    object_key: &str,
    stored_bytes: i64,
    now: Timestamp,
) -> Result<bool> {
    let replaced = Entity::update_many()
        .col_expr(Column::ObjectKey, Expr::value(object_key))
        .col_expr(Column::StoredBytes, Expr::value(stored_bytes))
        .col_expr(Column::TouchedAt, Expr::value(now))
        .filter(Column::Id.eq(old.id))
        .filter(Column::ObjectKey.eq(old.object_key.as_str()))
        .exec(&**tx)
        .await?;
    Ok(replaced.rows_affected == 1)
}

/// Touches blobs that nobody touched since `before`, at most so many, and says how many it were.
pub(crate) async fn touch_older(tx: &Tx, before: Timestamp, now: Timestamp, limit: u64) -> Result<u64> {
    let ids: Vec<BlobId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::TouchedAt.lt(before))
        .limit(limit)
        .into_tuple()
        .all(&**tx)
        .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let touched = Entity::update_many()
        .col_expr(Column::TouchedAt, Expr::value(now))
        .filter(Column::Id.is_in(ids))
        .exec(&**tx)
        .await?;
    Ok(touched.rows_affected)
}

/// Keys and sizes of the objects after `key`, by key, at most so many.
pub(crate) async fn objects_after(
    connection: &impl ConnectionTrait,
    key: &str,
    limit: u64,
) -> Result<Vec<(String, i64)>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::ObjectKey)
        .column(Column::StoredBytes)
        .filter(Column::ObjectKey.gt(key))
        .order_by_asc(Column::ObjectKey)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?)
}

fn referenced() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(references::Column::BlobId)
        .from(references::Entity)
        .to_owned()
}

/// Blobs that nothing refers to and nobody touched since `before`.
pub(super) async fn unreferenced(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::TouchedAt.lt(before))
        .filter(Column::Id.not_in_subquery(referenced()))
        .limit(limit)
        .all(connection)
        .await?)
}

/// Removes a blob's row if still nothing refers to it and nobody touched it since `before`.
pub(super) async fn remove_unreferenced(tx: &Tx, id: BlobId, before: Timestamp) -> Result<bool> {
    let removed = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::TouchedAt.lt(before))
        .filter(Column::Id.not_in_subquery(referenced()))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Those of `object_keys` that belong to a blob.
pub(super) async fn known_objects(connection: &impl ConnectionTrait, object_keys: &[String]) -> Result<Vec<String>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::ObjectKey)
        .filter(Column::ObjectKey.is_in(object_keys.iter().cloned()))
        .into_tuple()
        .all(connection)
        .await?)
}
