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

/// Where lines are. What was stored before is not counted: its lines are found by reading.
pub(crate) const LINES: Migration = Migration {
    name: "kernel_0016_log_lines",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE logs ADD COLUMN stored_lines BIGINT"),
            Step::Sql("ALTER TABLE log_chunks ADD COLUMN start_line BIGINT"),
            Step::Sql("ALTER TABLE log_segments ADD COLUMN start_line BIGINT"),
            Step::Sql("CREATE INDEX log_chunks_line_idx ON log_chunks (log_id, start_line)"),
            Step::Sql("CREATE INDEX log_segments_line_idx ON log_segments (log_id, start_line)"),
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
        pub start_line: Option<i64>,
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
        pub start_line: Option<i64>,
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
        stored_lines: Set(log.stored_lines),
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

/// How an open log grows.
pub(super) struct Growth {
    pub(super) from: u64,
    pub(super) to: u64,
    /// Ends of lines before `to`.
    pub(super) lines: Option<u64>,
    pub(super) is_cut: bool,
}

/// Moves the end of an open log; false when it is elsewhere or the log has ended.
pub(super) async fn advance(tx: &Tx, id: LogId, growth: &Growth) -> Result<bool> {
    let advanced = Entity::update_many()
        .col_expr(Column::StoredBytes, Expr::value(signed(growth.to)))
        .col_expr(Column::StoredLines, Expr::value(growth.lines.map(signed)))
        .col_expr(Column::IsCut, Expr::value(growth.is_cut))
        .filter(Column::Id.eq(id))
        .filter(Column::StoredBytes.eq(signed(growth.from)))
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
pub(super) async fn add_chunk(tx: &Tx, id: LogId, chunk: Chunk) -> Result<()> {
    let row = chunks::ActiveModel {
        log_id: Set(id),
        start_byte: Set(signed(chunk.start)),
        bytes: Set(chunk.bytes),
        start_line: Set(chunk.start_line.map(signed)),
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
        start_line: Set(segment.start_line.map(signed)),
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
        start_line: row.start_line.map(unsigned),
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
    let found: Vec<Chunk> = rows.into_iter().map(chunk).collect();
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
    Ok(rows.into_iter().map(chunk).collect())
}

fn chunk(row: chunks::Model) -> Chunk {
    Chunk {
        start: unsigned(row.start_byte),
        start_line: row.start_line.map(unsigned),
        bytes: row.bytes,
    }
}

/// A place in a log whose ends of lines before it are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) offset: u64,
    pub(super) lines: u64,
}

/// The last counted beginning of a row or segment with at most `lines` ends of lines before it.
pub(super) async fn mark_of_line(connection: &impl ConnectionTrait, id: LogId, lines: u64) -> Result<Option<Mark>> {
    let chunk = chunks::Entity::find()
        .select_only()
        .column(chunks::Column::StartByte)
        .column(chunks::Column::StartLine)
        .filter(chunks::Column::LogId.eq(id))
        .filter(chunks::Column::StartLine.lte(signed(lines)))
        .order_by_desc(chunks::Column::StartLine)
        .order_by_desc(chunks::Column::StartByte)
        .into_tuple::<(i64, i64)>()
        .one(connection)
        .await?;
    let segment = segments::Entity::find()
        .select_only()
        .column(segments::Column::StartByte)
        .column(segments::Column::StartLine)
        .filter(segments::Column::LogId.eq(id))
        .filter(segments::Column::StartLine.lte(signed(lines)))
        .order_by_desc(segments::Column::StartLine)
        .order_by_desc(segments::Column::StartByte)
        .into_tuple::<(i64, i64)>()
        .one(connection)
        .await?;
    Ok(latest(chunk, segment))
}

/// The last counted beginning of a row or segment that is not behind `offset`.
pub(super) async fn mark_at(connection: &impl ConnectionTrait, id: LogId, offset: u64) -> Result<Option<Mark>> {
    let chunk = chunks::Entity::find()
        .select_only()
        .column(chunks::Column::StartByte)
        .column(chunks::Column::StartLine)
        .filter(chunks::Column::LogId.eq(id))
        .filter(chunks::Column::StartByte.lte(signed(offset)))
        .filter(chunks::Column::StartLine.is_not_null())
        .order_by_desc(chunks::Column::StartByte)
        .into_tuple::<(i64, i64)>()
        .one(connection)
        .await?;
    let segment = segments::Entity::find()
        .select_only()
        .column(segments::Column::StartByte)
        .column(segments::Column::StartLine)
        .filter(segments::Column::LogId.eq(id))
        .filter(segments::Column::StartByte.lte(signed(offset)))
        .filter(segments::Column::StartLine.is_not_null())
        .order_by_desc(segments::Column::StartByte)
        .into_tuple::<(i64, i64)>()
        .one(connection)
        .await?;
    Ok(latest(chunk, segment))
}

fn latest(one: Option<(i64, i64)>, other: Option<(i64, i64)>) -> Option<Mark> {
    let mark = |(offset, lines): (i64, i64)| Mark {
        offset: unsigned(offset),
        lines: unsigned(lines),
    };
    one.map(mark).max(other.map(mark))
}

/// Where segments begin and end from the one with the byte at `offset` on, in order.
pub(super) async fn segment_ranges(
    connection: &impl ConnectionTrait,
    id: LogId,
    offset: u64,
) -> Result<Vec<std::ops::Range<u64>>> {
    let rows = segments::Entity::find()
        .select_only()
        .column(segments::Column::StartByte)
        .column(segments::Column::SizeBytes)
        .filter(segments::Column::LogId.eq(id))
        .order_by_asc(segments::Column::StartByte)
        .into_tuple::<(i64, i64)>()
        .all(connection)
        .await?;
    let range = |(start, size): (i64, i64)| unsigned(start)..unsigned(start) + unsigned(size);
    Ok(rows.into_iter().map(range).filter(|range| range.end > offset).collect())
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
