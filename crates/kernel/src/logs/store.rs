//! All queries on `logs`, `log_chunks` and `log_segments`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::LogId;

use super::model::{ActiveModel, Chunk, Column, Entity, LogState, Model, Segment};
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0007_logs",
    steps: || {
        vec![
            Step::Table(
                Table::new("logs")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("owner_kind", Type::Id)
                    .col("owner_id", Type::Id)
                    .col("state", Type::Id)
                    .col("stored_bytes", Type::Integer)
                    .col("is_cut", Type::Boolean)
                    .col("created_at", Type::Time)
                    .opt("ended_at", Type::Time)
                    .primary(&["id"])
                    .index("logs_owner_idx", &["owner_kind", "owner_id"])
                    .index("logs_state_idx", &["state"]),
            ),
            Step::Table(
                Table::new("log_chunks")
                    .col("log_id", Type::Id)
                    .col("start_byte", Type::Integer)
                    .col("bytes", Type::Bytes)
                    .primary(&["log_id", "start_byte"])
                    .belongs_to("log_id", "logs"),
            ),
            Step::Table(
                Table::new("log_segments")
                    .col("log_id", Type::Id)
                    .col("start_byte", Type::Integer)
                    .col("size_bytes", Type::Integer)
                    .col("address", Type::Id)
                    .primary(&["log_id", "start_byte"])
                    .belongs_to("log_id", "logs"),
            ),
        ]
    },
};

mod chunks {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::LogId;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "log_chunks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: LogId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub start_byte: i64,
        pub bytes: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod segments {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::LogId;

    use crate::blobs::BlobAddress;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "log_segments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: LogId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub start_byte: i64,
        pub size_bytes: i64,
        pub address: BlobAddress,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Stores a new log.
pub(super) async fn insert(tx: &Tx, log: Model) -> Result<()> {
    let row = ActiveModel {
        id: Set(log.id),
        organization_id: Set(log.organization_id),
        owner_kind: Set(log.owner_kind),
        owner_id: Set(log.owner_id),
        state: Set(log.state),
        stored_bytes: Set(log.stored_bytes),
        is_cut: Set(log.is_cut),
        created_at: Set(log.created_at),
        ended_at: Set(log.ended_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The log.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: LogId) -> Result<Model> {
    let found = Entity::find_by_id(id).one(connection).await?;
    found.ok_or_else(|| Error::not_found("log", id))
}

/// Moves the end of an open log from `from` to `to`; false when it is elsewhere or the log has ended.
pub(super) async fn advance(tx: &Tx, id: LogId, from: u64, to: u64, is_cut: bool) -> Result<bool> {
    let advanced = Entity::update_many()
        .col_expr(Column::StoredBytes, Expr::value(signed(to)))
        .col_expr(Column::IsCut, Expr::value(is_cut))
        .filter(Column::Id.eq(id))
        .filter(Column::StoredBytes.eq(signed(from)))
        .filter(Column::State.eq(LogState::Open))
        .exec(&**tx)
        .await?;
    Ok(advanced.rows_affected == 1)
}

/// Moves a log from one state to the next; false when it is not in `from` or not `size` long.
pub(super) async fn set_state(tx: &Tx, id: LogId, from: LogState, to: LogState, now: Timestamp) -> Result<bool> {
    let mut update = Entity::update_many().col_expr(Column::State, Expr::value(to));
    if to == LogState::Ended {
        update = update.col_expr(Column::EndedAt, Expr::value(now));
    }
    let changed = update
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from))
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Stores a part as a row.
pub(super) async fn add_chunk(tx: &Tx, id: LogId, start: u64, bytes: Vec<u8>) -> Result<()> {
    let row = chunks::ActiveModel {
        log_id: Set(id),
        start_byte: Set(signed(start)),
        bytes: Set(bytes),
    };
    chunks::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Stores where a part is on the object store.
pub(super) async fn add_segment(tx: &Tx, id: LogId, segment: &Segment) -> Result<()> {
    let row = segments::ActiveModel {
        log_id: Set(id),
        start_byte: Set(signed(segment.start)),
        size_bytes: Set(signed(segment.size_bytes)),
        address: Set(segment.address.clone()),
    };
    segments::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The segment that holds the byte at `offset`, if one does.
pub(super) async fn segment_at(connection: &impl ConnectionTrait, id: LogId, offset: u64) -> Result<Option<Segment>> {
    let row = segments::Entity::find()
        .filter(segments::Column::LogId.eq(id))
        .filter(segments::Column::StartByte.lte(signed(offset)))
        .order_by_desc(segments::Column::StartByte)
        .one(connection)
        .await?;
    let segment = row.map(|row| Segment {
        start: unsigned(row.start_byte),
        size_bytes: unsigned(row.size_bytes),
        address: row.address,
    });
    Ok(segment.filter(|segment| segment.end() > offset))
}

/// Rows from the one that holds the byte at `offset` on, in order; empty when none holds it.
pub(super) async fn chunks_from(
    connection: &impl ConnectionTrait,
    id: LogId,
    offset: u64,
    limit: u64,
) -> Result<Vec<Chunk>> {
    let of_log = chunks::Entity::find().filter(chunks::Column::LogId.eq(id));
    let first: Option<i64> = of_log
        .clone()
        .select_only()
        .column(chunks::Column::StartByte)
        .filter(chunks::Column::StartByte.lte(signed(offset)))
        .order_by_desc(chunks::Column::StartByte)
        .into_tuple()
        .one(connection)
        .await?;
    let Some(first) = first else {
        return Ok(Vec::new());
    };
    let rows = of_log
        .filter(chunks::Column::StartByte.gte(first))
        .order_by_asc(chunks::Column::StartByte)
        .limit(limit)
        .all(connection)
        .await?;
    let found: Vec<Chunk> = rows
        .into_iter()
        .map(|row| Chunk {
            start: unsigned(row.start_byte),
            bytes: row.bytes,
        })
        .collect();
    let holds_it = found
        .first()
        .is_some_and(|chunk| chunk.start + chunk.bytes.len() as u64 > offset);
    Ok(if holds_it { found } else { Vec::new() })
}

/// The first rows of a log, in order.
pub(super) async fn first_chunks(connection: &impl ConnectionTrait, id: LogId, limit: u64) -> Result<Vec<Chunk>> {
    let rows = chunks::Entity::find()
        .filter(chunks::Column::LogId.eq(id))
        .order_by_asc(chunks::Column::StartByte)
        .limit(limit)
        .all(connection)
        .await?;
    let chunk = |row: chunks::Model| Chunk {
        start: unsigned(row.start_byte),
        bytes: row.bytes,
    };
    Ok(rows.into_iter().map(chunk).collect())
}

/// Removes the rows between two offsets.
pub(super) async fn remove_chunks(tx: &Tx, id: LogId, start: u64, end: u64) -> Result<u64> {
    let removed = chunks::Entity::delete_many()
        .filter(chunks::Column::LogId.eq(id))
        .filter(chunks::Column::StartByte.gte(signed(start)))
        .filter(chunks::Column::StartByte.lt(signed(end)))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected)
}

/// Logs that have ended and still have rows.
pub(super) async fn ended(connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<LogId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(LogState::Ended))
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Removes a log's row; its chunks and segments go with it.
pub(super) async fn remove(tx: &Tx, id: LogId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or(0)
}
