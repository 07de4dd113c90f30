//! Sessions: the browsers that a user is signed in with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A session of the caller's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expired_at: Timestamp,
    /// Where the user signed in from.
    pub remote_address: Option<String>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// Whether this request came with it.
    pub is_current: bool,
}

impl Attributes for Session {
    const TYPE: &'static str = "sessions";
}
