//! Which part of a list is asked for, and where in the list an answer stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Rows on a page when the caller does not say.
pub const DEFAULT_SIZE: u32 = 20;
/// Rows on a page at most.
pub const MAX_SIZE: u32 = 100;
/// Totals are exact up to here; beyond, counting would cost more than it tells.
pub const EXACT_TOTAL: u64 = 100_000;

/// `meta` of a list: TFE's pagination block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListMeta {
    /// Where this page stands.
    pub pagination: Pagination,
}

/// Where a page stands in its list (TFE's names).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Pagination {
    /// This page, from 1.
    pub current_page: u32,
    /// Rows on a full page.
    pub page_size: u32,
    /// The page before, or null on the first.
    pub prev_page: Option<u32>,
    /// The page after, or null on the last. It comes from looking one row ahead, never from the total.
    pub next_page: Option<u32>,
    /// How many pages there are; a lower bound when `total-count` is.
    pub total_pages: u32,
    /// How many rows there are; exact up to 100,000, otherwise 100,001.
    pub total_count: u64,
    /// Pass it as `page[after]` to get the next page without counting from the start; null on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}
