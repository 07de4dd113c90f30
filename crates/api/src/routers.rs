//! Routers that are processes of their own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A router that is a process of its own, by its token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppRouter {
    /// Unique at the site.
    pub name: Name,
    /// Whether it was heard of just now.
    pub is_connected: bool,
    /// When it was last heard of; null before the first time.
    pub last_seen_at: Option<Timestamp>,
    /// Version of the table that it serves; null before the first time.
    pub table_version: Option<i64>,
    /// Whether that is the newest table.
    pub is_current: bool,
    /// Its program's version; empty before the first time.
    pub program: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its token, only in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Attributes for AppRouter {
    const TYPE: &'static str = "app-routers";
}

/// A router to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAppRouter {
    /// Unique at the site.
    pub name: Name,
}

impl Attributes for NewAppRouter {
    const TYPE: &'static str = AppRouter::TYPE;
}
