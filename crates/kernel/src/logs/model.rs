//! A log as it is stored: a row that says how far it goes, and its bytes in chunks and segments.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{LogId, OrganizationId};

use crate::blobs::BlobAddress;

/// A log's row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "logs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LogId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Kind of what it is the log of.
    pub owner_kind: String,
    /// Id of what it is the log of.
    pub owner_id: String,
    /// Where it stands.
    pub state: LogState,
    /// Bytes that are durable.
    pub stored_bytes: i64,
    /// Ends of lines among the durable bytes; none where nobody counted, because the log is older than the counting.
    pub stored_lines: Option<i64>,
    /// Whether it reached its limit and the rest is left out.
    pub is_cut: bool,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Where a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum LogState {
    /// Bytes may come.
    #[sea_orm(string_value = "open")]
    Open,
    /// No more bytes; some are still rows.
    #[sea_orm(string_value = "ended")]
    Ended,
    /// All bytes are segments on the object store.
    #[sea_orm(string_value = "sealed")]
    Sealed,
}

/// Chunks and segments are read by offset.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// A part of a log on the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Offset of its first byte.
    pub start: u64,
    /// Ends of lines before it, where they were counted.
    pub start_line: Option<u64>,
    /// Its length.
    pub size_bytes: u64,
    /// Where it is.
    pub address: BlobAddress,
}

impl Segment {
    /// Offset after its last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start + self.size_bytes
    }
}

/// A part of a log that is a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Offset of its first byte.
    pub start: u64,
    /// Ends of lines before it, where they were counted.
    pub start_line: Option<u64>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
